//! Helper functions whose meaning is known.

use super::{HEADER, Results};
use crate::absint::domain::arena::{Bytes, Kind, LabelSet, Pred, PredSet, Val, ValData};
use crate::absint::domain::memory::{FIRST_ALLOCATION, Place, State};
use crate::absint::functions::intrinsics::Intrinsic;
use crate::absint::machine::interp::{Frame, Machine};
use crate::absint::machine::record::EventKind;
use crate::facts::Relation;

impl<'p> Machine<'p> {
    pub(crate) fn intrinsic(
        &mut self,
        frame: &mut Frame<'p>,
        state: &mut State,
        offset: u32,
        intrinsic: Intrinsic,
        args: &[Val],
    ) -> Results {
        let arg = |i: usize| args.get(i).copied().unwrap_or(Val::ANY);
        let result = match intrinsic {
            Intrinsic::Copy => {
                self.copy_memory(state, arg(0), arg(1), arg(2));
                arg(0)
            }
            Intrinsic::Fill => {
                self.fill_memory(state, arg(0), arg(1), arg(2));
                arg(0)
            }
            // That something is no text is refused, and tells nothing.
            Intrinsic::CheckUtf8 => {
                let ok = self.arena.constant(0);
                if let Some(out) = self.place(arg(0), 0) {
                    for (field, val) in (0..).zip([ok, arg(1), arg(2)]) {
                        state.store(&mut self.arena, out.moved(4 * field), 4, val);
                    }
                }
                return Results::new();
            }
            Intrinsic::Compare => self.compare_memory(state, arg(0), arg(1), arg(2)),
            Intrinsic::Allocate => {
                let address = self.allocation(frame, offset);
                self.note_size(address, arg(0));
                address
            }
            Intrinsic::AllocateZeroed => {
                let address = self.allocation(frame, offset);
                self.note_size(address, arg(0));
                let zero = self.arena.constant(0);
                self.fill_memory(state, address, zero, arg(0));
                address
            }
            Intrinsic::AllocateObject => {
                let address = self.allocation(frame, offset);
                self.with_header(state, address, arg(0), arg(1))
            }
            Intrinsic::Reallocate => {
                let len = if args.len() > 2 {
                    self.length(arg(1))
                } else {
                    None
                };
                let size = if args.len() == 4 { arg(3) } else { arg(1) };
                let old = self.place(arg(0), 0);
                if old.is_some_and(|old| old.space >= FIRST_ALLOCATION && old.exact) {
                    // An allocation is of no certain size: it grows where it is.
                    self.note_size(arg(0), size);
                    return Results::from_slice(&[arg(0)]);
                }
                let new = self.allocation(frame, offset);
                self.note_size(new, size);
                if let (Some(to), Some(from)) = (self.place(new, 0), old) {
                    state.copy(&mut self.arena, &self.program.image, to, from, len);
                }
                new
            }
            Intrinsic::Free => {
                if let Some(place) = self.place(arg(0), 0) {
                    self.free_state_buffer(state, place);
                }
                return Results::new();
            }
        };
        Results::from_slice(&[result])
    }

    fn allocation(&mut self, frame: &mut Frame<'p>, offset: u32) -> Val {
        let ctx = self
            .records
            .enter(frame.ctx, frame.func, offset, frame.unroll, frame.func);
        let allocation = self.allocate(ctx, offset);
        if let Kind::Ptr { space, .. } = self.arena.data(allocation).kind
            && !self.program.host.responses.is_empty()
            && !self.arena.sampling
        {
            self.event(frame, offset, EventKind::Allocation(space));
        }
        allocation
    }

    /// An object's address in its allocation, after its type and size.
    fn with_header(&mut self, state: &mut State, allocation: Val, size: Val, ty: Val) -> Val {
        let Some(start) = self.place(allocation, 0) else {
            return allocation;
        };
        let at = |off: u32| Place { off, ..start };
        state.store(&mut self.arena, at(HEADER - 8), 4, ty);
        state.store(&mut self.arena, at(HEADER - 4), 4, size);
        self.arena.pointer(start.space, HEADER)
    }

    /// Notes how large an allocation is.
    fn note_size(&mut self, allocation: Val, size: Val) {
        if let (Some(start), Some(size)) = (self.place(allocation, 0), self.length(size)) {
            self.sizes.insert(start.space, size);
        }
    }

    /// Compares two runs of memory: decides by their contents.
    fn compare_memory(&mut self, state: &State, a: Val, b: Val, len: Val) -> Val {
        let count = self.length(len);
        let left = self.read_bytes(state, a, count);
        let right = self.read_bytes(state, b, count);
        // Whose data equals whose is never how it is read.
        let of_two = self.arena.is_example(left) && self.arena.is_example(right);
        let deciding = |content| match of_two {
            true => self.arena.known_bytes(content),
            false => self.arena.deciding_bytes(content),
        };
        let known = (deciding(left), deciding(right), count);
        if let (Some(x), Some(y), Some(_)) = known {
            self.arena.guess_by_stand_in(&x, &y);
            let order = match x.cmp(&y) {
                std::cmp::Ordering::Less => u64::from(u32::MAX),
                std::cmp::Ordering::Equal => 0,
                std::cmp::Ordering::Greater => 1,
            };
            return self.arena.constant(order);
        }
        // A known byte that differs decides it, whatever the rest.
        if count.is_some() && self.arena.differ(left, right) {
            return self.arena.constant(1);
        }
        if self.arena.guess_by_content(left, right) {
            return self.arena.constant(1);
        }
        let preds = self.equality(left, right);
        self.arena.val(ValData {
            kind: Kind::Any,
            labels: LabelSet::NONE,
            preds,
            decreased: false,
        })
    }

    /// The predicate that two contents are equal.
    pub(crate) fn equality(&mut self, left: Bytes, right: Bytes) -> PredSet {
        self.arena.pred(Pred {
            relation: Relation::Equal,
            left,
            right,
        })
    }
}
