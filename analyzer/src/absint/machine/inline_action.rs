//! Inline actions of Antelope: which account is asked to do what, in whose name, with which data.

use crate::absint::domain::arena::{Bytes, Piece};
use crate::absint::encodings::cursor::Cursor;
use crate::absint::encodings::names;
use crate::absint::machine::interp::Machine;
use crate::host::{Field, Place, VirtualFunction, What};

/// More permissions than this are not read.
const MAX_PERMISSIONS: u32 = 8;

/// A packed action, taken apart as far as it is known.
pub(crate) struct InlineAction {
    account: Bytes,
    name: Bytes,
    /// The accounts in whose name it is done.
    authority: Option<Bytes>,
    data: Bytes,
}

impl Machine<'_> {
    pub(crate) fn inline_action(&mut self, packed: Bytes) -> InlineAction {
        let arena = &mut self.arena;
        let mut cursor = Cursor::new(arena, packed);
        let head = (cursor.take(arena, 8), cursor.take(arena, 8));
        let (Some(account), Some(name)) = head else {
            // Made elsewhere, such as a proposal: all of it comes from there.
            let labels = arena.labels_of(packed);
            let somewhere = arena.hole(labels, None);
            return InlineAction {
                account: somewhere,
                name: somewhere,
                authority: None,
                data: packed,
            };
        };
        let count = cursor.take_varint(arena);
        let mut actors = Vec::new();
        for _ in 0..count.unwrap_or(0).min(MAX_PERMISSIONS) {
            let permission = (cursor.take(arena, 8), cursor.take(arena, 8));
            actors.extend(permission.0);
        }
        let authority = (!actors.is_empty()).then(|| arena.concat(&actors));
        // The length of the data says nothing more.
        let _ = cursor.take_varint(arena);
        let data = cursor.rest(arena);
        InlineAction {
            account,
            name,
            authority,
            data,
        }
    }

    /// The operation that describes an action best: by account and name, by name alone, or the one for all.
    pub(crate) fn operation_of<'v>(
        &self,
        action: &InlineAction,
        candidates: impl Iterator<Item = &'v VirtualFunction>,
    ) -> Option<&'v VirtualFunction> {
        let account = self.name_text(action.account);
        let name = self.name_text(action.name);
        let wanted = [
            account
                .zip(name.as_ref())
                .map(|(account, name)| format!("{account}::{name}")),
            name.map(|name| format!("*::{name}")),
            Some("*".to_owned()),
        ];
        let rank = |function: &VirtualFunction| {
            wanted
                .iter()
                .position(|text| text.as_deref() == Some(&*function.selector))
        };
        candidates
            .filter_map(|function| Some((rank(function)?, function)))
            .min_by_key(|(rank, _)| *rank)
            .map(|(_, function)| function)
    }

    /// What is handed over with an action, its data taken apart by the given fields.
    pub(crate) fn operands_of(
        &mut self,
        action: &InlineAction,
        fields: &[Field],
    ) -> Vec<(What, Bytes)> {
        let shown = |machine: &mut Self, content| match machine.name_text(content) {
            Some(text) => machine.arena.constant_bytes(text.as_bytes()),
            None => content,
        };
        let mut operands = vec![
            ("contract".into(), shown(self, action.account)),
            ("method-name".into(), shown(self, action.name)),
        ];
        let authority = action.authority.map(|authority| shown(self, authority));
        operands.extend(authority.map(|authority| ("authority".into(), authority)));
        let mut cursor = Cursor::new(&self.arena, action.data);
        for field in fields {
            let Place::Bytes(size) = field.place else {
                break;
            };
            let Some(content) = cursor.take(&mut self.arena, size) else {
                // It is somewhere in what is left.
                let labels = self.arena.labels_of(action.data);
                let somewhere = self.arena.hole(labels, None);
                operands.push((field.what.clone(), somewhere));
                continue;
            };
            operands.push((field.what.clone(), content));
        }
        operands.push(("calldata".into(), action.data));
        operands
    }

    /// The text of a name in a content, if the content is just that.
    fn name_text(&self, content: Bytes) -> Option<String> {
        let [Piece::Const(bytes)] = &self.arena.pieces(content)[..] else {
            return None;
        };
        let bits = u64::from_le_bytes(bytes[..].try_into().ok()?);
        Some(names::decode(bits))
    }
}
