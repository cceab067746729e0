//! Whether two key classes can name the same entry: unification of their patterns.

use super::{Content, Label, Piece};

/// Longer patterns are not looked at in full: what is alike so far counts as alike.
const MAX_TOKENS: usize = 256;

/// One step of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Byte(u8),
    /// Any one byte.
    Any,
    /// Any number of bytes.
    Many,
}

impl Content {
    /// Whether both can stand for the same bytes, and something known speaks for it: a constant part that they share, or
    /// that both are wholly unknown data of the same origin.
    ///
    /// A key that consists of the caller's data only fits every other; that it does is not said by this.
    pub fn may_equal(&self, other: &Content) -> bool {
        if self.is_unknown() || other.is_unknown() {
            return false;
        }
        if let (Some(a), Some(b)) = (self.digested(), other.digested()) {
            return a.may_equal(b);
        }
        // A digest is one thing, and nothing speaks for it that what names no constant is the same.
        let unlike = |digest: &Content, of: &Content| {
            digest.digested().is_some() && (of.pieces.len() > 1 || !of.has_constant())
        };
        if unlike(self, other) || unlike(other, self) {
            return false;
        }
        // Entries of maps in maps: the digest that names the inner map is the last part.
        match (self.ends_with_digest(), other.ends_with_digest()) {
            (Some(a), Some(b)) => return a.may_equal(b) && unify(&tokens(self), &tokens(other)),
            (Some(_), None) if other.ends_with_constant() => return false,
            (None, Some(_)) if self.ends_with_constant() => return false,
            _ => {}
        }
        match (self.has_constant(), other.has_constant()) {
            (true, true) => {
                let (a, b) = (tokens(self), tokens(other));
                shares_constant(&a, &b) && unify(&a, &b)
            }
            (false, false) => !self
                .labels_through_digests()
                .is_disjoint(&other.labels_through_digests()),
            _ => false,
        }
    }

    /// What it is the digest of, if it is one and nothing else.
    pub fn digested(&self) -> Option<&Content> {
        let [Piece::Hole { labels, .. }] = self.pieces.as_slice() else {
            return None;
        };
        let mut digests = labels.iter().filter_map(|label| match label {
            Label::Digest(of) => Some(&**of),
            _ => None,
        });
        digests.next().filter(|_| labels.len() == 1)
    }

    /// What the last of several parts is the digest of, if it is one and nothing else.
    fn ends_with_digest(&self) -> Option<&Content> {
        let last = self.pieces.last().filter(|_| self.pieces.len() > 1)?;
        let Piece::Hole { labels, .. } = last else {
            return None;
        };
        let mut labels = labels.iter();
        match (labels.next(), labels.next()) {
            (Some(Label::Digest(of)), None) => Some(of),
            _ => None,
        }
    }

    fn ends_with_constant(&self) -> bool {
        matches!(self.pieces.last(), Some(Piece::Const(_)))
    }

    /// Whether any byte is known.
    pub fn has_constant(&self) -> bool {
        self.pieces
            .iter()
            .any(|p| matches!(p, Piece::Const(bytes) if !bytes.is_empty()))
    }
}

fn tokens(content: &Content) -> Vec<Token> {
    let mut tokens = Vec::new();
    for piece in &content.pieces {
        match piece {
            Piece::Const(bytes) => tokens.extend(bytes.iter().map(|b| Token::Byte(*b))),
            Piece::Hole { len: Some(len), .. } if *len <= 64 => {
                tokens.extend((0..*len).map(|_| Token::Any));
            }
            Piece::Hole { .. } => tokens.push(Token::Many),
        }
        if tokens.len() > MAX_TOKENS {
            tokens.truncate(MAX_TOKENS);
            tokens.push(Token::Many);
            break;
        }
    }
    tokens
}

/// Whether the same constant run occurs in both, at the front or at the back: there, namespaces are.
fn shares_constant(a: &[Token], b: &[Token]) -> bool {
    let same = |x: Option<&Token>, y: Option<&Token>| matches!((x, y), (Some(Token::Byte(x)), Some(Token::Byte(y))) if x == y);
    same(a.first(), b.first()) || same(a.last(), b.last())
}

/// Whether a string exists that both patterns fit. Row by row of the table of prefixes that fit each other.
fn unify(a: &[Token], b: &[Token]) -> bool {
    let mut row = vec![false; b.len() + 1];
    row[0] = true;
    for (j, token) in b.iter().enumerate() {
        row[j + 1] = row[j] && *token == Token::Many;
    }
    for x in a {
        let mut next = vec![false; b.len() + 1];
        next[0] = row[0] && *x == Token::Many;
        for (j, y) in b.iter().enumerate() {
            next[j + 1] = match (x, y) {
                (Token::Many, _) | (_, Token::Many) => row[j + 1] || next[j] || row[j],
                (Token::Byte(x), Token::Byte(y)) => row[j] && x == y,
                _ => row[j],
            };
        }
        row = next;
    }
    row[b.len()]
}
