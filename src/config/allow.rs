//! Findings that somebody has looked at and accepted.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use contract_lint_lints::lint::LintMeta;
use contract_lint_lints::policy::Glob;
use serde::Deserialize;

use super::levels::Scope;

/// An `[[allow]]` entry.
#[derive(Debug)]
pub(crate) struct Allowance {
    /// Which lints.
    pub(super) scope: Scope,
    /// Where; everywhere, if not said.
    pub(super) place: Option<PlacePattern>,
    /// The last day on which it holds.
    pub(super) until: Option<Day>,
    /// Where it is in the configuration.
    pub(crate) span: Range<usize>,
    /// Whether it has hidden a finding.
    used: AtomicBool,
}

/// Where an allowance holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum PlacePattern {
    /// In functions of such names, or in methods.
    Function(Glob),
    /// In such methods.
    Method(Glob),
    /// In such files.
    File(Glob),
}

impl TryFrom<String> for PlacePattern {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (kind, name) = text.split_once(':').unwrap_or(("", ""));
        match kind {
            "fn" => Ok(Self::Function(Glob::new(name))),
            "method" => Ok(Self::Method(Glob::new(name))),
            "file" => Ok(Self::File(Glob::new(name))),
            _ => Err(
                "a place is written \"fn:name\", \"method:name\" or \"file:path\", with `*` for any characters",
            ),
        }
    }
}

/// Where a finding is, for allowances.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FindingPlace<'a> {
    pub(crate) file: &'a str,
    pub(crate) method: &'a str,
    pub(crate) function: Option<&'a str>,
}

impl Allowance {
    pub(super) fn new(
        scope: Scope,
        place: Option<PlacePattern>,
        until: Option<Day>,
        span: Range<usize>,
    ) -> Self {
        Self {
            scope,
            place,
            until,
            span,
            used: AtomicBool::new(false),
        }
    }

    /// Whether it hides the finding. If so, it counts as used.
    pub(crate) fn hides(&self, lint: &LintMeta, at: FindingPlace<'_>) -> bool {
        let here = match &self.place {
            None => true,
            Some(PlacePattern::Function(name)) => {
                name.matches(at.method) || at.function.is_some_and(|f| name.matches(f))
            }
            Some(PlacePattern::Method(name)) => name.matches(at.method),
            Some(PlacePattern::File(name)) => name.matches(at.file),
        };
        let hides = here && self.scope.covers(lint) && !self.is_over();
        if hides {
            self.used.store(true, Ordering::Relaxed);
        }
        hides
    }

    /// Whether its last day has passed.
    pub(crate) fn is_over(&self) -> bool {
        self.until.is_some_and(|day| day < Day::today())
    }

    /// Whether it has hidden anything.
    pub(crate) fn is_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }
}

/// A day, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "toml::Value")]
pub(super) struct Day(i64);

impl TryFrom<toml::Value> for Day {
    type Error = &'static str;

    fn try_from(value: toml::Value) -> Result<Self, Self::Error> {
        let expected = "a day is written 2027-06-30";
        let date = match value {
            toml::Value::Datetime(date) => date,
            toml::Value::String(text) => text.parse().map_err(|_| expected)?,
            _ => return Err(expected),
        };
        let date = date.date.ok_or(expected)?;
        Ok(Self::new(
            date.year.into(),
            date.month.into(),
            date.day.into(),
        ))
    }
}

impl Day {
    /// Counts the days of the proleptic Gregorian calendar, with years that begin in March so that the leap day is last.
    fn new(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let month = (month + 9) % 12;
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        Self(365 * year + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468)
    }

    fn today() -> Self {
        let seconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| d.as_secs());
        Self(i64::try_from(seconds / 86_400).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted() {
        assert_eq!(Day::new(1970, 1, 1), Day(0));
        assert_eq!(Day::new(1970, 3, 1), Day(59));
        assert_eq!(Day::new(2000, 2, 29), Day(11_016));
        assert_eq!(Day::new(2027, 6, 30), Day(20_999));
        assert!(Day::new(2020, 1, 1) < Day::today());
    }
}
