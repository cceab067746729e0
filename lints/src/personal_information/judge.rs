//! Whether data may be where it is, by the policy's rules, gates and classes, and what would mend it.

use super::sources::Sensitive;
use crate::lint::Severity;
use crate::policy::{Action, Class, Form, Policy, Sensitivity, SinkKind};

/// Why data must not be where it is.
pub(super) struct Denial {
    pub severity: Severity,
    /// What denies it, as a sentence without a full stop.
    pub why: String,
    /// What the policy says to do about it.
    pub fix: Option<String>,
}

/// What is asked about data at a sink.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub class: &'a Class,
    pub sink: SinkKind,
    /// The zone of those who see it.
    pub zone: &'a str,
    /// The zone in which the contract runs.
    pub from: &'a str,
    pub lint: &'a str,
    /// How bad it usually is.
    pub usual: Severity,
}

/// What denies that data of a class is at a sink in the clear; `None` if it may be there.
pub(super) fn judge(policy: &Policy, asked: &Question<'_>) -> Option<Denial> {
    let Question { class, zone, .. } = *asked;
    let rule = policy
        .rule(&class.id, asked.sink, zone)
        .filter(|(_, rule)| rule.lint.as_ref().is_none_or(|l| l.matches(asked.lint)));
    if let Some((number, rule)) = rule {
        let usual = match rule.action {
            Action::Allow => return None,
            Action::Warn => asked.usual.min(Severity::Medium),
            Action::Deny => asked.usual,
        };
        return Some(Denial {
            severity: rule.severity.unwrap_or(usual).min(usual),
            why: format!(
                "rule {number} of the policy denies `{}` in a sink `{}` in zone `{zone}`",
                rule.class, asked.sink
            ),
            fix: rule.fix.clone(),
        });
    }
    let crosses = asked.sink == SinkKind::Message && zone != asked.from;
    let why = if crosses && !policy.passes(class, Form::Plaintext, asked.from, zone) {
        format!(
            "`{}` may not pass in the clear from zone `{}` to zone `{zone}`",
            class.id, asked.from
        )
    } else if !crosses && !policy.may_appear(class, zone) {
        format!(
            "`{}` may appear in the clear in zone `{}` or one more trusted; this sink `{}` is in zone `{zone}`",
            class.id, class.min_zone, asked.sink
        )
    } else {
        return None;
    };
    Some(Denial {
        severity: match class.sensitivity {
            Sensitivity::Sensitive | Sensitivity::Secret => asked.usual,
            _ => asked.usual.min(Severity::High),
        },
        why,
        fix: None,
    })
}

/// The form in which the data would be harmless: `sm3(blind ‖ id_card)`.
pub(super) fn commitment(policy: &Policy, data: &Sensitive<'_>) -> String {
    const DIGESTS: &[&str] = &["sha256", "sm3", "keccak256", "sha3", "blake2b", "blake3"];
    let digest = DIGESTS
        .iter()
        .find(|name| policy.crypto.approves(name))
        .unwrap_or(&"digest");
    format!(
        "`{digest}(blind ‖ {})`, with a random blind of at least {} bits that never goes on the chain",
        data.name, policy.crypto.min_salt_bits
    )
}
