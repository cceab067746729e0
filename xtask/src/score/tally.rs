//! True and false positives and negatives, counted per lint and platform.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::AddAssign;

use serde::Serialize;

/// Counts of one lint on one platform, or of several.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Expected and found.
    pub true_positives: u32,
    /// Found, not expected.
    pub false_positives: u32,
    /// Expected, not found.
    pub false_negatives: u32,
}

impl Cell {
    /// Which part of what was found is true; 1 where nothing was found.
    pub fn precision(self) -> f64 {
        ratio(
            self.true_positives,
            self.true_positives + self.false_positives,
        )
    }

    /// Which part of what is true was found; 1 where nothing was to be found.
    pub fn recall(self) -> f64 {
        ratio(
            self.true_positives,
            self.true_positives + self.false_negatives,
        )
    }

    /// The harmonic mean of both.
    pub fn f1(self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r == 0.0 {
            0.0
        } else {
            2.0 * p * r / (p + r)
        }
    }
}

impl AddAssign for Cell {
    fn add_assign(&mut self, other: Self) {
        self.true_positives += other.true_positives;
        self.false_positives += other.false_positives;
        self.false_negatives += other.false_negatives;
    }
}

fn ratio(part: u32, whole: u32) -> f64 {
    if whole == 0 {
        1.0
    } else {
        f64::from(part) / f64::from(whole)
    }
}

/// All counts.
#[derive(Debug, Default)]
pub struct Tally {
    cells: BTreeMap<(String, String), Cell>,
}

impl Tally {
    /// The counts of a lint on a platform, to be added to.
    pub fn cell(&mut self, lint: &str, platform: &str) -> &mut Cell {
        self.cells
            .entry((lint.to_owned(), platform.to_owned()))
            .or_default()
    }

    /// All together.
    pub fn total(&self) -> Cell {
        self.sums(|_, _| String::new())
            .into_values()
            .next()
            .unwrap_or_default()
    }

    fn sums(&self, group: impl Fn(&str, &str) -> String) -> BTreeMap<String, Cell> {
        let mut sums: BTreeMap<String, Cell> = BTreeMap::new();
        for ((lint, platform), cell) in &self.cells {
            *sums.entry(group(lint, platform)).or_default() += *cell;
        }
        sums
    }

    /// The figures as tables in Markdown.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let groups = [
            ("lint", self.sums(|lint, _| format!("`{lint}`"))),
            ("platform", self.sums(|_, platform| platform.to_owned())),
        ];
        for (what, sums) in groups {
            let _ = writeln!(
                text,
                "| {what} | true | false | missed | precision | recall | F1 |\n| --- | --: | --: | --: | --: | --: | --: |"
            );
            for (name, cell) in &sums {
                row(&mut text, name, *cell);
            }
            row(&mut text, "**all**", self.total());
            text.push('\n');
        }
        text
    }

    /// The figures as JSON.
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct Line {
            lint: String,
            platform: String,
            #[serde(flatten)]
            cell: Cell,
            precision: f64,
            recall: f64,
            f1: f64,
        }
        let line = |lint: &str, platform: &str, cell: Cell| Line {
            lint: lint.to_owned(),
            platform: platform.to_owned(),
            cell,
            precision: cell.precision(),
            recall: cell.recall(),
            f1: cell.f1(),
        };
        let mut lines: Vec<Line> = self
            .cells
            .iter()
            .map(|((lint, platform), cell)| line(lint, platform, *cell))
            .collect();
        for (lint, cell) in self.sums(|lint, _| lint.to_owned()) {
            lines.push(line(&lint, "*", cell));
        }
        for (platform, cell) in self.sums(|_, platform| platform.to_owned()) {
            lines.push(line("*", &platform, cell));
        }
        lines.push(line("*", "*", self.total()));
        serde_json::to_string_pretty(&lines).unwrap_or_default()
    }
}

fn row(text: &mut String, name: &str, cell: Cell) {
    let _ = writeln!(
        text,
        "| {name} | {} | {} | {} | {:.2} | {:.2} | {:.2} |",
        cell.true_positives,
        cell.false_positives,
        cell.false_negatives,
        cell.precision(),
        cell.recall(),
        cell.f1(),
    );
}
