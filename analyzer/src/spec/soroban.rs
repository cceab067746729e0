//! The section `contractspecv0` of Soroban contracts: one XDR value after the other, each the interface of a function or
//! of a type of the contract's own.
//!
//! XDR is big-endian; everything is padded to four bytes; a list, a string and an optional value begin with their length.

use super::MethodSpec;
use crate::facts::Param;

/// The custom section that holds the specification.
pub(super) const SECTION: &str = "contractspecv0";

/// Types within types are read to this depth.
const MAX_DEPTH: u32 = 16;

/// What an entry describes.
mod kind {
    pub(super) const FUNCTION: u32 = 0;
    pub(super) const STRUCT: u32 = 1;
    pub(super) const UNION: u32 = 2;
    pub(super) const ENUM: u32 = 3;
    pub(super) const ERROR_ENUM: u32 = 4;
    pub(super) const EVENT: u32 = 5;
}

/// Reads the functions. Types are named as in Rust, by which they are known to those who wrote the contract.
pub(super) fn read(section: &[u8]) -> Result<Vec<MethodSpec>, String> {
    let mut xdr = Xdr {
        rest: section,
        size: section.len(),
    };
    let mut methods = Vec::new();
    while !xdr.rest.is_empty() {
        if let Some(method) = xdr.entry()? {
            methods.push(method);
        }
    }
    Ok(methods)
}

struct Xdr<'a> {
    rest: &'a [u8],
    size: usize,
}

impl<'a> Xdr<'a> {
    fn bad(&self, what: &str) -> String {
        format!("{what} at byte {}", self.size - self.rest.len())
    }

    fn bytes(&mut self, len: usize) -> Result<&'a [u8], String> {
        match self.rest.split_at_checked(len) {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(bytes)
            }
            None => Err(self.bad("cut off")),
        }
    }

    fn number(&mut self) -> Result<u32, String> {
        let bytes = self.bytes(4)?;
        Ok(bytes.iter().fold(0, |n, b| n << 8 | u32::from(*b)))
    }

    fn text(&mut self) -> Result<String, String> {
        let len = self.number()? as usize;
        let bytes = self.bytes(len)?;
        self.bytes(len.wrapping_neg() % 4)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| self.bad("no UTF-8"))
    }

    /// A list. Every item takes at least four bytes, so a length that is a lie ends soon.
    fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        let len = self.number()?;
        (0..len).map(|_| item(self)).collect()
    }

    /// An entry; a method if it is a function.
    fn entry(&mut self) -> Result<Option<MethodSpec>, String> {
        let kind = self.number()?;
        let _doc = self.text()?;
        if kind == kind::FUNCTION {
            let name = self.text()?;
            let params = self.list(|xdr| xdr.field())?;
            self.list(|xdr| xdr.type_name(0))?;
            return Ok(Some(MethodSpec {
                name,
                params,
                ..MethodSpec::default()
            }));
        }
        let _library = self.text()?;
        let _name = self.text()?;
        match kind {
            kind::STRUCT => {
                self.list(|xdr| xdr.field())?;
            }
            kind::UNION => {
                self.list(|xdr| xdr.union_case())?;
            }
            kind::ENUM | kind::ERROR_ENUM => {
                self.list(|xdr| {
                    let _doc = xdr.text()?;
                    let _name = xdr.text()?;
                    xdr.number()
                })?;
            }
            kind::EVENT => {
                self.list(|xdr| xdr.text())?;
                self.list(|xdr| {
                    xdr.field()?;
                    xdr.number()
                })?;
                let _data_format = self.number()?;
            }
            _ => return Err(self.bad("an entry of unknown kind")),
        }
        Ok(None)
    }

    /// A parameter, or a field of a struct.
    fn field(&mut self) -> Result<Param, String> {
        let _doc = self.text()?;
        let name = self.text()?;
        let ty = self.type_name(0)?;
        Ok(Param {
            name: Some(name),
            ty: Some(ty),
        })
    }

    fn union_case(&mut self) -> Result<(), String> {
        let with_values = self.number()? == 1;
        let _doc = self.text()?;
        let _name = self.text()?;
        if with_values {
            self.list(|xdr| xdr.type_name(0))?;
        }
        Ok(())
    }

    fn type_name(&mut self, depth: u32) -> Result<String, String> {
        if depth > MAX_DEPTH {
            return Err(self.bad("a type nested too deeply"));
        }
        let code = self.number()?;
        let inner = |xdr: &mut Self| xdr.type_name(depth + 1);
        let name = match code {
            0 => "Val",
            1 => "bool",
            2 => "()",
            3 => "Error",
            4 => "u32",
            5 => "i32",
            6 => "u64",
            7 => "i64",
            8 => "Timepoint",
            9 => "Duration",
            10 => "u128",
            11 => "i128",
            12 => "U256",
            13 => "I256",
            14 => "Bytes",
            16 => "String",
            17 => "Symbol",
            19 => "Address",
            20 => "MuxedAddress",
            1000 => return Ok(format!("Option<{}>", inner(self)?)),
            1001 => return Ok(format!("Result<{}, {}>", inner(self)?, inner(self)?)),
            1002 => return Ok(format!("Vec<{}>", inner(self)?)),
            1003 => return Ok(format!("Set<{}>", inner(self)?)),
            1004 => return Ok(format!("Map<{}, {}>", inner(self)?, inner(self)?)),
            1005 => return Ok(format!("({})", self.list(inner)?.join(", "))),
            1006 => return Ok(format!("BytesN<{}>", self.number()?)),
            2000 => return self.text(),
            _ => return Err(self.bad("a type of unknown kind")),
        };
        Ok(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(n: u32) -> Vec<u8> {
        n.to_be_bytes().to_vec()
    }

    fn text(text: &str) -> Vec<u8> {
        let mut bytes = number(text.len() as u32);
        bytes.extend(text.bytes());
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    /// `pay(to: Address, memo: Option<Vec<u32>>)`, after a struct and an event.
    fn section() -> Vec<u8> {
        let field = |name: &str, ty: Vec<u8>| [text("what it is"), text(name), ty].concat();
        [
            vec![
                number(1),
                text(""),
                text(""),
                text("Rate"),
                number(1),
                field("bps", number(4)),
            ],
            vec![
                number(5),
                text("doc"),
                text(""),
                text("Paid"),
                number(1),
                text("paid"),
                number(1),
                field("to", number(19)),
                number(1),
                number(2),
            ],
            vec![
                number(0),
                text("Pays."),
                text("pay"),
                number(2),
                field("to", number(19)),
                field("memo", [number(1000), number(1002), number(4)].concat()),
                number(1),
                number(2000),
                text("Rate"),
            ],
        ]
        .concat()
        .concat()
    }

    #[test]
    fn functions_have_named_and_typed_parameters() {
        let methods = read(&section()).unwrap();
        assert_eq!(methods.len(), 1);
        assert_eq!(methods[0].name, "pay");
        let params: Vec<String> = methods[0]
            .params
            .iter()
            .map(|p| format!("{}: {}", p.name.as_ref().unwrap(), p.ty.as_ref().unwrap()))
            .collect();
        assert_eq!(params, ["to: Address", "memo: Option<Vec<u32>>"]);
    }

    #[test]
    fn what_is_cut_off_or_endless_is_an_error() {
        let whole = section();
        for len in 1..whole.len() {
            // Between two entries nothing is missing, but the function is not there yet.
            let read = read(&whole[..len]);
            assert!(read.is_err() || read.is_ok_and(|m| m.is_empty()), "{len}");
        }
        // A list of four thousand million parameters, and options of options without end.
        let many = [number(0), text(""), text("f"), number(u32::MAX)].concat();
        assert!(read(&many).unwrap_err().contains("cut off"));
        let deep = [
            vec![
                number(0),
                text(""),
                text("f"),
                number(1),
                text(""),
                text("x"),
            ],
            vec![number(1000); 4000],
        ]
        .concat()
        .concat();
        assert!(read(&deep).unwrap_err().contains("nested"));
    }
}
