//! Fields that may be left out. Nothing complains when they are missing, but the contract compares the name of each field
//! that it finds with those that it knows: stand-ins for names show them.

use super::Json;
use super::complaint::is_name;
use crate::absint::functions::concrete::Concrete;
use crate::absint::functions::pages::Pages;
use crate::absint::functions::program::Program;
use crate::absint::methods::trial::{self, Verdict};
use crate::ir::Func;

/// What stands in for a name consists of this letter.
const STAND_IN: u8 = b'?';
/// Longer names are not found.
const MAX_NAME: usize = 32;
/// More objects within one example are not asked.
const MAX_OBJECTS: usize = 8;
/// More fields that may be left out are not added.
const MAX_FIELDS: usize = 24;

/// What stand-ins for names were compared with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listener {
    names: Vec<String>,
}

impl Listener {
    /// Notes a call of what may compare memory: two addresses and a length, or two addresses, each with a length.
    pub(crate) fn hear(&mut self, memory: &Pages, args: &[u64]) {
        let (a, b) = match *args {
            [a, b, len] => ((a, len), (b, len)),
            [a, a_len, b, b_len] => ((a, a_len), (b, b_len)),
            _ => return,
        };
        for (one, other) in [(a, b), (b, a)] {
            let (Some(one), Some(other)) = (text(memory, one), text(memory, other)) else {
                continue;
            };
            if !one.iter().all(|b| *b == STAND_IN) || !is_name(&other) {
                continue;
            }
            let name = String::from_utf8_lossy(&other).into_owned();
            if !self.names.contains(&name) {
                self.names.push(name);
            }
        }
    }
}

/// The bytes in memory that may be a name.
fn text(memory: &Pages, (address, len): (u64, u64)) -> Option<Vec<u8>> {
    let (address, len) = (usize::try_from(address).ok()?, usize::try_from(len).ok()?);
    if !(1..=MAX_NAME).contains(&len) {
        return None;
    }
    memory.get(address..address.checked_add(len)?)
}

/// Trials of one method.
pub(super) struct Search<'a> {
    pub(super) program: &'a Program<'a>,
    pub(super) start: &'a Concrete<'a>,
    pub(super) func: Func,
    /// How many trials are left.
    pub(super) left: usize,
}

impl Search<'_> {
    /// Improves an example until it is taken. Whether that worked.
    pub(super) fn improve(&mut self, json: &mut Json) -> bool {
        while let Some(verdict) = self.attempt(&json.render().bytes) {
            match verdict {
                Verdict::Passed => return true,
                Verdict::Refused(complaint) if json.improve(&complaint) => {}
                Verdict::Refused(_) => return false,
            }
        }
        false
    }

    /// Adds all fields that an example may have but lacks.
    pub(super) fn complete(&mut self, json: &mut Json) {
        let mut room = MAX_FIELDS;
        let mut next = 0;
        while let Some(object) = json.objects().get(next).cloned()
            && next < MAX_OBJECTS
        {
            for name in self.names(json, &object) {
                let mut more = json.clone();
                if room > 0 && self.is_field(json, &object, &name) && more.add(&object, &name) {
                    room -= 1;
                    if self.improve(&mut more) {
                        *json = more;
                    }
                }
            }
            next += 1;
        }
    }

    /// The names of fields that an object is asked for.
    fn names(&mut self, json: &Json, object: &[usize]) -> Vec<String> {
        let mut asked = json.clone();
        for len in 1..=MAX_NAME {
            asked.add_null(object, &"?".repeat(len));
        }
        let Some(left) = self.left.checked_sub(1) else {
            return Vec::new();
        };
        self.left = left;
        trial::listen(self.program, self.start, self.func, &asked.render().bytes).names
    }

    /// Whether it matters what a field has for a value.
    fn is_field(&mut self, json: &Json, object: &[usize], name: &str) -> bool {
        let mut odd = json.clone();
        odd.add_odd(object, name)
            && matches!(self.attempt(&odd.render().bytes), Some(Verdict::Refused(_)))
    }

    /// `None` once there were enough trials.
    pub(super) fn attempt(&mut self, bytes: &[u8]) -> Option<Verdict> {
        self.left = self.left.checked_sub(1)?;
        Some(trial::attempt(self.program, self.start, self.func, bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::{Listener, Pages};

    #[test]
    fn what_a_stand_in_is_compared_with_is_a_name() {
        let mut memory = Pages::new(1);
        memory
            .put(0, b"????owner\0??limit 7 owner")
            .expect("there is room");
        let heard = |calls: &[&[u64]]| {
            let mut listener = Listener::default();
            for args in calls {
                listener.hear(&memory, args);
            }
            listener.names
        };
        // As `memcmp`, either way round, and as an equality of slices.
        assert_eq!(heard(&[&[10, 12, 2]]), ["li"]);
        assert_eq!(heard(&[&[12, 10, 2], &[10, 12, 2]]), ["li"]);
        assert_eq!(heard(&[&[0, 4, 4, 5]]), ["owner"]);
        // Neither of two names stands in for one; this is no name; nor is what lies outside.
        assert_eq!(
            heard(&[&[4, 20, 5], &[10, 16, 2], &[10, 70000, 2], &[0, 4, 4]]),
            ["owne"]
        );
    }
}
