//! Examples in memory: texts whose lengths and flags are no more than an example.

use super::image::Image;
use super::{HANDLES, Place, REGISTERS, State};
use crate::absint::domain::arena::{Arena, Kind, Label, LabelSet, Space, Val};
use crate::absint::methods::sample::{FALSE, TRUE};

/// Longer texts are in no example.
const MAX_TEXT: u32 = 256;

/// How much of memory is searched for the texts of an example.
const MAX_GRANULES: usize = 20_000;

/// What is read of the bytes of examples.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Examples {
    /// That they are data, and whose.
    Holes,
    /// What they are in this example, too: enough to take apart what the contract built around them.
    Shown,
}

impl State {
    /// The same with other values of the flags that an example has in data with these labels; `None` if none is there.
    pub(crate) fn with_flags_varied(&self, arena: &mut Arena, labels: LabelSet) -> Option<State> {
        let mut varied = self.clone();
        let mut found = false;
        for (at, mut granule) in self.cells.range(0, u64::MAX, MAX_GRANULES) {
            let mut changed = false;
            for val in granule.vals.iter_mut().filter(|val| **val != Val::UNSET) {
                let data = arena.data(*val);
                if data.labels == labels
                    && let Kind::Sample(bits) = data.kind
                    && let Some(i) = TRUE.iter().position(|byte| u64::from(*byte) == bits)
                {
                    *val = arena.example_number(u64::from(FALSE[i]), labels);
                    changed = true;
                }
            }
            if changed {
                varied.cells.insert(at, granule);
                found = true;
            }
        }
        found.then_some(varied)
    }

    /// Where the text of an example lies, the words beside its address that say how long it is hold for this example only.
    pub(crate) fn loosen_lengths(&mut self, arena: &mut Arena, image: &Image) {
        for (at, granule) in self.cells.range(0, u64::MAX, MAX_GRANULES) {
            let space = (at >> 32) as Space;
            if space == REGISTERS || space == HANDLES {
                continue;
            }
            for lane in [0u32, 4] {
                let address = granule.vals[lane as usize];
                if address == Val::UNSET || granule.index[lane as usize] != 0 {
                    continue;
                }
                let Kind::Ptr {
                    space: to,
                    off: start,
                    exact: true,
                } = arena.data(address).kind
                else {
                    continue;
                };
                let (count, labels) = self.example_from(arena, image, to, start);
                if count == 0 {
                    continue;
                }
                let off = (at as u32).wrapping_mul(8).wrapping_add(lane);
                // Of a capacity and a length on both sides, the length is the later one: the other says which variant it
                // is where it has values that no capacity has.
                let after = Place {
                    space,
                    off: off.wrapping_add(4),
                    exact: true,
                };
                let after = self.load(arena, image, after, 4);
                let has_len = arena.as_number(after) == Some(u64::from(count));
                let beside: &[i32] = if has_len { &[4, 8] } else { &[-8, -4, 8] };
                for beside in beside.iter().copied() {
                    let Some(off) = off.checked_add_signed(beside) else {
                        continue;
                    };
                    let place = Place {
                        space,
                        off,
                        exact: true,
                    };
                    let word = self.load(arena, image, place, 4);
                    if arena.as_const(word) == Some(u64::from(count)) {
                        let labels = arena.of_length(labels);
                        let loose = arena.example_number(u64::from(count), labels);
                        self.store(arena, place, 4, loose);
                    }
                }
            }
        }
    }

    /// How many bytes from an address on are of one piece of an example's data, and where they come from.
    fn example_from(
        &self,
        arena: &mut Arena,
        image: &Image,
        space: Space,
        start: u32,
    ) -> (u32, LabelSet) {
        let mut labels = None;
        let mut count = 0;
        while count < MAX_TEXT {
            let (val, _) = self.byte(arena, image, space, start.wrapping_add(count));
            let data = arena.data(val);
            let is_data = matches!(data.kind, Kind::Sample(_))
                && !arena.label_list(data.labels).any(|l| l == Label::Input);
            if !is_data || *labels.get_or_insert(data.labels) != data.labels {
                break;
            }
            count += 1;
        }
        (count, labels.unwrap_or(LabelSet::NONE))
    }
}
