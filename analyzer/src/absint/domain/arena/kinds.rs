//! Values that are one of several: constants, places, bytes of other values.

use std::collections::BTreeSet;
use std::rc::Rc;

use smallvec::{SmallVec, smallvec};

use super::{Arena, Cell, Choices, Kind, LEAST_ADDRESS, Mosaic, Places, Probe, Space, Val};
use crate::absint::domain::memory::{LINEAR, Place};

/// More constants than this are just "unknown".
pub(super) const MAX_CHOICES: usize = 8;

/// More addresses than this are just "unknown".
pub(super) const MAX_PLACES: usize = 4;

impl Arena {
    /// The constants that a value may be, if they are few.
    pub(crate) fn as_choices(&self, val: Val) -> Option<SmallVec<[u64; MAX_CHOICES]>> {
        let data = self.data(val);
        match data.kind {
            Kind::Sample(bits) if self.decides(data) => Some(smallvec![bits]),
            kind => self.choices_of(kind),
        }
    }

    /// The constants that these bits may be, if they are few.
    pub(crate) fn choices_of(&self, kind: Kind) -> Option<SmallVec<[u64; MAX_CHOICES]>> {
        match kind {
            Kind::Const(bits) => Some(smallvec![bits]),
            Kind::OneOf(id) => Some(self.choices.items[id.0 as usize].iter().copied().collect()),
            _ => None,
        }
    }

    /// The addresses that a value may be, if it is certainly an address and they are few. Constants count only if asked
    /// for, since numbers are constants too.
    pub(crate) fn as_places(
        &self,
        kind: Kind,
        constants: bool,
    ) -> Option<SmallVec<[Place; MAX_PLACES]>> {
        match kind {
            Kind::Ptr { space, off, exact } => Some(smallvec![Place { space, off, exact }]),
            Kind::Places(id) => Some(self.places.items[id.0 as usize].iter().copied().collect()),
            Kind::Const(bits) if constants && bits <= u64::from(u32::MAX) => {
                Some(smallvec![Place {
                    space: LINEAR,
                    off: bits as u32,
                    exact: true,
                }])
            }
            _ => None,
        }
    }

    /// Whether a value is certainly an address other than 0.
    pub(crate) fn is_non_null(&self, kind: Kind) -> bool {
        match kind {
            Kind::Ptr { .. } => true,
            Kind::Places(id) => {
                let places = &self.places.items[id.0 as usize];
                !places.iter().any(|p| p.space == LINEAR && p.off == 0)
            }
            _ => false,
        }
    }

    /// The kind for bytes of several values.
    pub(crate) fn mosaic(&mut self, cells: &[Cell]) -> Kind {
        Kind::Mosaic(Mosaic(self.mosaics.intern(cells.into())))
    }

    /// The bytes that a value is made of.
    pub(crate) fn cells(&self, mosaic: Mosaic) -> Rc<[Cell]> {
        self.mosaics.items[mosaic.0 as usize].clone()
    }

    /// The kind for a set of possible addresses. Of too many, those in one allocation are taken together: the lowest of
    /// them, or further up.
    pub(crate) fn kind_of_places(&mut self, mut places: Vec<Place>) -> Kind {
        let many = places.len() > MAX_PLACES;
        for place in &mut places {
            // An index from no address is none, either.
            if many && place.space == LINEAR && place.off < LEAST_ADDRESS {
                place.off = 0;
            }
        }
        places.sort_unstable();
        places.dedup();
        let together = |p: &Place| p.space != LINEAR && (places.len() > MAX_PLACES || !p.exact);
        let spaces: BTreeSet<Space> = places
            .iter()
            .filter(|p| together(p))
            .map(|p| p.space)
            .collect();
        let mut last = None;
        places.retain_mut(|place| {
            if !spaces.contains(&place.space) {
                return true;
            }
            place.exact = false;
            last.replace(place.space) != Some(place.space)
        });
        match places[..] {
            [] => Kind::Any,
            [
                Place {
                    space: LINEAR,
                    off,
                    exact: true,
                },
            ] => Kind::Const(u64::from(off)),
            [Place { space, off, exact }] => Kind::Ptr { space, off, exact },
            _ if places.len() > MAX_PLACES => Kind::Any,
            _ => Kind::Places(Places(self.places.intern(places.into()))),
        }
    }

    /// The kind for a set of possible constants.
    pub(crate) fn kind_of_choices(&mut self, mut choices: SmallVec<[u64; MAX_CHOICES]>) -> Kind {
        choices.sort_unstable();
        choices.dedup();
        match &choices[..] {
            [] => Kind::Any,
            [bits] => Kind::Const(*bits),
            more if more.len() > MAX_CHOICES => Kind::Any,
            some => Kind::OneOf(Choices(self.choices.intern(Rc::from(some)))),
        }
    }

    /// The kind of a value that would be these for the two selectors of [`crate::absint::methods::probe`].
    pub(crate) fn kind_of_probe(&mut self, outcomes: [u64; 2]) -> Kind {
        match outcomes {
            [a, b] if a == b => Kind::Const(a),
            _ => Kind::Probe(Probe(self.probes.intern(outcomes))),
        }
    }

    /// What a value would be for the two selectors, if it depends on nothing else.
    pub(crate) fn as_probe(&self, kind: Kind) -> Option<[u64; 2]> {
        match kind {
            Kind::Const(bits) => Some([bits, bits]),
            Kind::Probe(id) => Some(self.probes.items[id.0 as usize]),
            _ => None,
        }
    }
}
