//! Key classes: which can name the same entry, and how they read.

use std::sync::Arc;

use contract_lint_analyzer::facts::{Content, Label, Labels, Piece};

fn hole(label: Label) -> Piece {
    Piece::Hole {
        labels: Labels::from([label]),
        len: None,
        decreased: false,
    }
}

fn key(pieces: &[Piece]) -> Content {
    Content {
        pieces: pieces.to_vec(),
    }
}

fn text(text: &str) -> Piece {
    Piece::Const(text.into())
}

#[test]
fn entries_of_one_map_may_be_the_same() {
    let mine = key(&[text("balance/"), hole(Label::Caller)]);
    let theirs = key(&[text("balance/"), hole(Label::Param(0))]);
    let other = key(&[text("allowance/"), hole(Label::Param(0))]);
    assert!(mine.may_equal(&theirs));
    assert!(mine.may_equal(&key(&[text("balance/alice")])));
    assert!(!mine.may_equal(&other));
    assert!(!mine.may_equal(&Content::constant("owner")));
}

#[test]
fn a_longer_constant_is_another_entry() {
    assert!(!Content::constant("owner").may_equal(&Content::constant("owner2")));
    assert!(!key(&[]).may_equal(&Content::constant("owner")));
}

#[test]
fn unknown_keys_are_no_key_in_particular() {
    let unknown = Content::hole(Labels::new(), None);
    assert!(!unknown.may_equal(&Content::constant("owner")));
    assert!(!key(&[hole(Label::Input)]).may_equal(&Content::constant("owner")));
}

#[test]
fn constants_after_holes_count_too() {
    let in_slot = |slot: &str| key(&[hole(Label::Caller), text(slot)]);
    assert!(in_slot("\0\x01").may_equal(&in_slot("\0\x01")));
    assert!(!in_slot("\0\x01").may_equal(&in_slot("\0\x02")));
}

#[test]
fn digests_are_compared_by_what_was_digested() {
    let digest = |of: Content| key(&[hole(Label::Digest(Arc::new(of)))]);
    let of = |slot: &str, label: Label| digest(key(&[hole(label), text(slot)]));
    assert!(of("1", Label::Caller).may_equal(&of("1", Label::Input)));
    assert!(!of("1", Label::Caller).may_equal(&of("2", Label::Input)));
}

#[test]
fn what_is_stored_under_what_is_stored_reads_in_one_line() {
    let inner = key(&[text("a/"), hole(Label::Caller)]);
    let middle = key(&[text("b/"), hole(Label::Storage(Arc::new(inner)))]);
    let outer = key(&[text("c/"), hole(Label::Storage(Arc::new(middle)))]);
    assert_eq!(outer.to_string(), "\"c/\" ‖ ⟨stored \"b/\"‖…⟩");
}

#[test]
fn maps_in_maps_are_told_apart_by_the_outer_one() {
    let digest = |of: Content| hole(Label::Digest(Arc::new(of)));
    let entry = |slot: &str, label: Label| {
        let outer = digest(key(&[hole(Label::Param(0)), text(slot)]));
        key(&[digest(key(&[hole(label), outer]))])
    };
    assert!(entry("1", Label::Caller).may_equal(&entry("1", Label::Param(1))));
    assert!(!entry("1", Label::Caller).may_equal(&entry("2", Label::Param(1))));
    let plain = key(&[digest(key(&[hole(Label::Caller), text("1")]))]);
    assert!(!entry("1", Label::Caller).may_equal(&plain));
}
