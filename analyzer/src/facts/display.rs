//! Facts as text, for people: contents, labels, and a method's effects.

use std::fmt;

use super::{Content, EffectGraph, Label, Labels, NodeKind, Piece, Predicate, Relation, Seal};

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pieces.is_empty() {
            return f.write_str("\"\"");
        }
        for (i, piece) in self.pieces.iter().enumerate() {
            if i > 0 {
                f.write_str(" ‖ ")?;
            }
            match piece {
                Piece::Const(bytes) => write_bytes(f, bytes)?,
                Piece::Hole {
                    labels, decreased, ..
                } => {
                    let less = if *decreased { "less of " } else { "" };
                    write!(f, "⟨{less}{}⟩", Shown(labels))?;
                }
            }
        }
        Ok(())
    }
}

/// Text as text, other bytes in hexadecimal.
fn write_bytes(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.chars().all(|c| !c.is_control()));
    match text {
        Some(text) => write!(f, "\"{text}\""),
        None => {
            f.write_str("0x")?;
            for byte in bytes.iter().take(40) {
                write!(f, "{byte:02x}")?;
            }
            if bytes.len() > 40 {
                f.write_str("…")?;
            }
            Ok(())
        }
    }
}

/// More labels of one hole than this are not told.
const SHOWN_LABELS: usize = 4;

struct Shown<'a>(&'a Labels);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("unknown");
        }
        for (i, label) in self.0.iter().take(SHOWN_LABELS).enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{label}")?;
        }
        if self.0.len() > SHOWN_LABELS {
            f.write_str(", …")?;
        }
        Ok(())
    }
}

/// A content inside a label. What its own holes were made of is left out: it would nest without end.
struct Brief<'a>(&'a Content);

impl fmt::Display for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, piece) in self.0.pieces.iter().enumerate() {
            if i > 0 {
                f.write_str("‖")?;
            }
            match piece {
                Piece::Const(bytes) => write_bytes(f, bytes)?,
                Piece::Hole { labels, .. } => {
                    let plain = |l: &&Label| {
                        !matches!(l, Label::Storage(_) | Label::Digest(_) | Label::Sealed(..))
                    };
                    match labels.iter().find(plain) {
                        Some(label) if labels.len() == 1 => write!(f, "{label}")?,
                        Some(label) => write!(f, "{label}…")?,
                        None => f.write_str("…")?,
                    }
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Label::Selector => f.write_str("method selector"),
            Label::FirstReceiver => f.write_str("first receiver"),
            Label::Param(i) => write!(f, "parameter {i}"),
            Label::Input => f.write_str("input"),
            Label::Caller => f.write_str("caller"),
            Label::Origin => f.write_str("signer"),
            Label::SelfIdentity => f.write_str("contract"),
            Label::AttachedValue => f.write_str("attached value"),
            Label::Time => f.write_str("time"),
            Label::BlockInfo => f.write_str("block"),
            Label::Randomness => f.write_str("chain randomness"),
            Label::Storage(key) => write!(f, "stored {}", Brief(key)),
            Label::CallResult => f.write_str("call result"),
            Label::Balance => f.write_str("balance"),
            Label::AuthAnswer(of) => write!(f, "authorisation of {}", Brief(of)),
            Label::Digest(of) => write!(f, "digest of {}", Brief(of)),
            Label::Sealed(Seal::Cipher, of) => write!(f, "encryption of {}", Brief(of)),
            Label::Sealed(Seal::Declared(_), of) => write!(f, "seal of {}", Brief(of)),
            Label::Marked(_) => f.write_str("declared data"),
            Label::Chain => f.write_str("chain state"),
            Label::Outcome(_) => f.write_str("outcome of a call"),
            Label::Quotient(by) => write!(f, "quotient by {by}"),
            Label::Rescaled => f.write_str("product of a quotient"),
            Label::Unchecked => f.write_str("may have wrapped around"),
            Label::Drawn => f.write_str("drawn by lot"),
        }
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.relation {
            Relation::Equal => write!(f, "{} = {}", self.left, self.right),
            Relation::Order => write!(f, "{} < {}", self.left, self.right),
            Relation::Truth => write!(f, "{}", self.left),
        }
    }
}

impl fmt::Display for EffectGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (node, data) in self.nodes.iter() {
            write!(f, "{node:>6}  ")?;
            match &data.kind {
                NodeKind::Entry => f.write_str("entry")?,
                NodeKind::Join => f.write_str("·")?,
                NodeKind::Return => f.write_str("return")?,
                NodeKind::Trap => f.write_str("abort")?,
                NodeKind::Unknown(reason) => write!(f, "unknown: {reason:?}")?,
                NodeKind::Branch(branch) => {
                    f.write_str("if ")?;
                    for (i, predicate) in branch.predicates.iter().enumerate() {
                        if i > 0 {
                            f.write_str(" | ")?;
                        }
                        write!(f, "{predicate}")?;
                    }
                    if branch.predicates.is_empty() {
                        f.write_str("…")?;
                    }
                }
                NodeKind::Effect(effect) => {
                    write!(f, "{}", effect.host_function)?;
                    for operand in &effect.operands {
                        write!(f, "  {}: {}", operand.what, operand.content)?;
                    }
                    if effect.may_reenter {
                        f.write_str("  (may be entered again)")?;
                    }
                }
            }
            f.write_str("  →")?;
            for succ in &data.succs {
                write!(f, " {succ}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
