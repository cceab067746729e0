//! Random programs in which every value matters: few locals, read and written all the time, under branches of every
//! kind. (Code of wasm-smith rarely looks at what it computed.)

use std::fmt::Write;

use arbtest::arbitrary::{Result, Unstructured};

const LOCALS: usize = 5;

/// What a branch to a label passes: nothing, or an i32.
#[derive(Clone, Copy, PartialEq)]
enum Label {
    Plain,
    Value,
}

struct Generator<'u, 'a> {
    u: &'u mut Unstructured<'a>,
    text: String,
    /// The constructs around, innermost last; the first is the function.
    labels: Vec<Label>,
}

/// A module whose export `run` takes two numbers and returns a digest of its locals.
pub(crate) fn program(u: &mut Unstructured<'_>) -> Result<String> {
    let mut generator = Generator {
        u,
        text: String::new(),
        labels: vec![Label::Value],
    };
    generator.statements(5)?;
    let body = generator.text;
    let locals = "i32 ".repeat(LOCALS - 2);
    let digest = (0..LOCALS).fold("(i32.const 7)".to_owned(), |digest, local| {
        format!("(i32.add (i32.mul {digest} (i32.const 31)) (local.get {local}))")
    });
    Ok(format!(
        r#"(module
  (memory (export "memory") 1 1)
  (global $fuel (export "fuel") (mut i32) (i32.const 100))
  (func $pair (param i32 i32) (result i32 i32)
    (i32.sub (local.get 1) (local.get 0)) (i32.xor (local.get 0) (i32.const 5)))
  (func (export "run") (param i32 i32) (result i32) (local {locals})
{body}    {digest}))
"#
    ))
}

impl Generator<'_, '_> {
    fn choose(&mut self, count: usize) -> Result<usize> {
        self.u.choose_index(count)
    }

    fn line(&mut self, line: &str) {
        writeln!(self.text, "    {line}").expect("writing to a string");
    }

    fn local(&mut self) -> Result<usize> {
        self.choose(LOCALS)
    }

    /// An i32 computed from locals, memory and small constants.
    fn expr(&mut self, depth: usize) -> Result<String> {
        let kind = self.choose(if depth == 0 { 3 } else { 7 })?;
        Ok(match kind {
            0 | 1 => format!("(local.get {})", self.local()?),
            2 => format!("(i32.const {})", self.u.int_in_range(-2..=9)?),
            3 => {
                let op = ["add", "sub", "mul", "xor", "lt_s", "shr_u"][self.choose(6)?];
                format!(
                    "(i32.{op} {} {})",
                    self.expr(depth - 1)?,
                    self.expr(depth - 1)?
                )
            }
            4 => format!("(local.tee {} {})", self.local()?, self.expr(depth - 1)?),
            5 => format!(
                "(select {} {} {})",
                self.expr(depth - 1)?,
                self.expr(depth - 1)?,
                self.expr(depth - 1)?
            ),
            _ => format!(
                "(i32.load8_u (i32.and {} (i32.const 15)))",
                self.expr(depth - 1)?
            ),
        })
    }

    fn statements(&mut self, depth: usize) -> Result<()> {
        for _ in 0..self.u.int_in_range(1..=4)? {
            self.statement(depth)?;
        }
        Ok(())
    }

    fn statement(&mut self, depth: usize) -> Result<()> {
        match self.choose(if depth == 0 { 6 } else { 12 })? {
            0 | 1 => {
                let line = format!("(local.set {} {})", self.local()?, self.expr(2)?);
                self.line(&line);
            }
            2 => {
                let address = self.expr(1)?;
                let value = self.expr(2)?;
                self.line(&format!(
                    "(i32.store8 (i32.and {address} (i32.const 15)) {value})"
                ));
            }
            3 => {
                let (a, b) = (self.expr(1)?, self.expr(1)?);
                let (x, y) = (self.local()?, self.local()?);
                self.line(&format!(
                    "(call $pair {a} {b}) (local.set {x}) (local.set {y})"
                ));
            }
            4 => self.branch_if()?,
            5 => self.branch()?,
            6 => {
                let cond = self.expr(2)?;
                self.line(&format!("{cond} if"));
                self.nested(Label::Plain, depth)?;
                if self.u.arbitrary()? {
                    self.line("else");
                    self.nested(Label::Plain, depth)?;
                }
                self.line("end");
            }
            7 => {
                self.line("block");
                self.nested(Label::Plain, depth)?;
                self.line("end");
            }
            8 => {
                self.line("block (result i32)");
                self.nested(Label::Value, depth)?;
                let line = format!("{} end (local.set {})", self.expr(1)?, self.local()?);
                self.line(&line);
            }
            9 => {
                self.line("loop");
                self.burn();
                self.nested(Label::Plain, depth)?;
                let cond = self.expr(2)?;
                self.line(&format!("{cond} (br_if 0) end"));
            }
            10 => {
                let line = format!("{} loop (param i32)", self.expr(1)?);
                self.line(&line);
                let line = format!("(local.set {})", self.local()?);
                self.line(&line);
                self.burn();
                self.nested(Label::Value, depth)?;
                let (value, cond) = (self.expr(1)?, self.expr(2)?);
                self.line(&format!("{value} {cond} (br_if 0) (drop) end"));
            }
            _ => {
                // Without parameters, on which wasmi 2.0.0 panics.
                let line = format!("{} if (result i32)", self.expr(2)?);
                self.line(&line);
                self.nested(Label::Value, depth)?;
                let line = format!("{} else", self.expr(1)?);
                self.line(&line);
                self.nested(Label::Value, depth)?;
                let line = format!("{} end (local.set {})", self.expr(1)?, self.local()?);
                self.line(&line);
            }
        }
        Ok(())
    }

    fn nested(&mut self, label: Label, depth: usize) -> Result<()> {
        self.labels.push(label);
        self.statements(depth - 1)?;
        self.labels.pop();
        Ok(())
    }

    /// Ends the program when it has run for long enough.
    fn burn(&mut self) {
        self.line("(if (i32.eqz (global.get $fuel)) (then (unreachable)))");
        self.line("(global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))");
    }

    /// The label at a depth, and the operand it takes.
    fn target(&mut self) -> Result<(usize, Label, String)> {
        let depth = self.choose(self.labels.len())?;
        let label = self.labels[self.labels.len() - 1 - depth];
        let operand = match label {
            Label::Plain => String::new(),
            Label::Value => self.expr(2)?,
        };
        Ok((depth, label, operand))
    }

    fn branch_if(&mut self) -> Result<()> {
        let (depth, label, operand) = self.target()?;
        let cond = self.expr(2)?;
        self.line(&format!("{operand} {cond} (br_if {depth})"));
        if label == Label::Value {
            let line = format!("(local.set {})", self.local()?);
            self.line(&line);
        }
        Ok(())
    }

    /// Leaves for good, with dead code after; mostly under a condition, lest all programs be short.
    fn branch(&mut self) -> Result<()> {
        let conditional = self.u.ratio(9, 10)?;
        if conditional {
            let line = format!("{} if", self.expr(2)?);
            self.line(&line);
            self.labels.push(Label::Plain);
        }
        let (depth, label, operand) = self.target()?;
        match self.choose(3)? {
            0 => self.line(&format!("{operand} (br {depth})")),
            1 => {
                let line = format!("(return {})", self.expr(2)?);
                self.line(&line);
            }
            _ => {
                // All targets of a table pass the same.
                let alike: Vec<usize> = (0..self.labels.len())
                    .filter(|depth| self.labels[self.labels.len() - 1 - depth] == label)
                    .collect();
                let mut targets = String::new();
                for _ in 0..self.u.int_in_range(0..=4)? {
                    write!(targets, " {}", alike[self.choose(alike.len())?])
                        .expect("writing to a string");
                }
                let index = self.expr(2)?;
                self.line(&format!("{operand} {index} (br_table{targets} {depth})"));
            }
        }
        let line = format!("(local.set {} (i32.const 99))", self.local()?);
        self.line(&line);
        if conditional {
            self.labels.pop();
            self.line("end");
        }
        Ok(())
    }
}
