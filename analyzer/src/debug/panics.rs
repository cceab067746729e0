//! Places in the source that a stripped Rust module still tells: `core::panic::Location` records in its data, whose
//! addresses the code passes when it panics.

use std::collections::BTreeMap;

use super::{SourcePosition, is_own};
use crate::facts::Site;
use crate::ir::Func;
use crate::module::{FuncKind, Module};

/// The opcode of `i32.const`.
const I32_CONST: u8 = 0x41;
/// File names outside of this are chance.
const NAME_LENGTH: std::ops::RangeInclusive<u32> = 4..=300;
/// Lines and columns beyond are chance.
const MAX_LINE: u32 = 200_000;
const MAX_COLUMN: u32 = 2_000;

/// The panic locations of a module that are in the contract's own source.
#[derive(Debug)]
pub struct PanicLocations<'m> {
    module: &'m Module,
    /// By the address of the record.
    records: BTreeMap<u32, SourcePosition>,
}

impl<'m> PanicLocations<'m> {
    /// The locations of a module; none in modules of other languages, or where the build left them out.
    pub fn new(module: &'m Module) -> Self {
        let mut records = BTreeMap::new();
        for segment in &module.data {
            let Some(start) = segment.address.and_then(|a| u32::try_from(a).ok()) else {
                continue;
            };
            let bytes = module.bytes.get(segment.range.clone()).unwrap_or_default();
            let first = (4 - start % 4) % 4;
            let mut at = first as usize;
            while let Some(record) = bytes.get(at..at + 16) {
                if let Some(position) = read(module, record) {
                    records.insert(start.saturating_add(at as u32), position);
                }
                at += 4;
            }
        }
        Self { module, records }
    }

    /// A place in the source that is near a site: one named by the innermost function that names any, where the code
    /// passes it nearest to the site.
    pub fn near(&self, site: &Site) -> Option<&SourcePosition> {
        if self.records.is_empty() {
            return None;
        }
        let callers = site.chain.iter().rev().copied();
        std::iter::once((site.func, site.offset))
            .chain(callers)
            .find_map(|(func, offset)| self.nearest(func, offset))
    }

    fn nearest(&self, func: Func, offset: u32) -> Option<&SourcePosition> {
        let FuncKind::Local { body } = &self.module.funcs.get(func)?.kind else {
            return None;
        };
        let code = self.module.bytes.get(body.clone())?;
        let places = code
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == I32_CONST);
        places
            .filter_map(|(at, _)| {
                let address = signed_leb(code.get(at + 1..)?)?;
                let record = self.records.get(&address)?;
                Some(((body.start + at).abs_diff(offset as usize), record))
            })
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, record)| record)
    }
}

/// A `core::panic::Location`: address and length of the file's name, line, column.
fn read(module: &Module, record: &[u8]) -> Option<SourcePosition> {
    let word = |i: usize| {
        Some(u32::from_le_bytes(
            record.get(4 * i..4 * i + 4)?.try_into().ok()?,
        ))
    };
    let (address, len, line, column) = (word(0)?, word(1)?, word(2)?, word(3)?);
    let plausible = NAME_LENGTH.contains(&len)
        && (1..=MAX_LINE).contains(&line)
        && (1..=MAX_COLUMN).contains(&column);
    if !plausible {
        return None;
    }
    let name = static_bytes(module, address, len)?;
    let path = std::str::from_utf8(name).ok()?;
    let is_path = path.ends_with(".rs") && path.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    let foreign = path.starts_with("library/") || !is_own(path);
    (is_path && !foreign).then(|| SourcePosition {
        path: path.to_owned(),
        line,
        column,
    })
}

/// Static data at an address.
fn static_bytes(module: &Module, address: u32, len: u32) -> Option<&[u8]> {
    module.data.iter().find_map(|segment| {
        let from = u64::from(address).checked_sub(segment.address?)?;
        let start = segment
            .range
            .start
            .checked_add(usize::try_from(from).ok()?)?;
        let end = start.checked_add(len as usize)?;
        (end <= segment.range.end).then(|| module.bytes.get(start..end))?
    })
}

/// A signed LEB128 number of up to 32 bits, as an address.
fn signed_leb(bytes: &[u8]) -> Option<u32> {
    let mut value = 0i64;
    for (i, byte) in bytes.iter().take(5).enumerate() {
        value |= i64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            if byte & 0x40 != 0 {
                value -= 1 << (7 * (i + 1));
            }
            return Some(value as u32);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::Entity;
    use crate::module::decode;

    #[test]
    fn the_nearest_location_of_the_contract_itself() {
        // Two records of the contract and one of a library, at 32, 48 and 64.
        let wat = r#"(module
            (memory 1)
            (func (result i32) (drop (i32.const 48)) (drop (i32.const 7)) (i32.const 32))
            (func (result i32) (i32.const 64))
            (data (i32.const 0) "src/lib.rs/rustc/1/library/a.rs\00")
            (data (i32.const 32)
                "\00\00\00\00\0a\00\00\00\44\00\00\00\05\00\00\00"
                "\00\00\00\00\0a\00\00\00\07\00\00\00\01\00\00\00"
                "\0a\00\00\00\15\00\00\00\07\00\00\00\01\00\00\00"))"#;
        let module = decode(wat::parse_str(wat).unwrap()).unwrap();
        let locations = PanicLocations::new(&module);
        let near = |func: usize, end: bool| {
            let func = Func::new(func);
            let FuncKind::Local { body } = &module.funcs[func].kind else {
                panic!("not local");
            };
            let site = Site {
                func,
                offset: if end { body.end } else { body.start } as u32,
                chain: [].into(),
            };
            locations.near(&site).map(|p| (p.path.clone(), p.line))
        };
        assert_eq!(near(0, false), Some(("src/lib.rs".to_owned(), 7)));
        assert_eq!(near(0, true), Some(("src/lib.rs".to_owned(), 68)));
        assert_eq!(near(1, true), None);
    }

    #[test]
    fn addresses_are_signed_numbers() {
        assert_eq!(signed_leb(&[0x80, 0x80, 0xc0, 0x00]), Some(1 << 20));
        assert_eq!(signed_leb(&[0x7f]), Some(u32::MAX));
        assert_eq!(signed_leb(&[0xff; 9]), None);
    }
}
