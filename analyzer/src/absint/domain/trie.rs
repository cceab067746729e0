//! A persistent map from `u64` to granules of memory: a big-endian Patricia trie (Okasaki and Gill, "Fast Mergeable
//! Integer Maps", 1998). Copies share structure, and joining two maps visits only where they differ.

use std::rc::Rc;

use crate::absint::domain::arena::Val;

/// Eight bytes of memory: of each, the value it is a byte of, and which byte (0 is the least significant).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Granule {
    pub(crate) vals: [Val; 8],
    pub(crate) index: [u8; 8],
}

impl Granule {
    pub(crate) const UNSET: Granule = Granule {
        vals: [Val::UNSET; 8],
        index: [0; 8],
    };
}

#[derive(Clone, Debug)]
enum Node {
    Leaf(u64, Granule),
    Branch {
        /// The bits above `bit`, which all keys below share.
        prefix: u64,
        /// The highest bit in which the keys below differ, as a mask.
        bit: u64,
        zero: Rc<Node>,
        one: Rc<Node>,
    },
}

/// The map.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trie {
    root: Option<Rc<Node>>,
}

/// Merges what two maps hold under a key; `None` where a map has nothing.
pub(crate) trait Merge {
    fn merge(&mut self, key: u64, a: Option<&Granule>, b: Option<&Granule>) -> Option<Granule>;
}

impl Trie {
    pub(crate) fn get(&self, key: u64) -> Option<&Granule> {
        let mut node = self.root.as_deref()?;
        loop {
            match node {
                Node::Leaf(k, granule) => return (*k == key).then_some(granule),
                Node::Branch {
                    prefix,
                    bit,
                    zero,
                    one,
                } => {
                    if prefix_of(key, *bit) != *prefix {
                        return None;
                    }
                    node = if key & bit == 0 { zero } else { one };
                }
            }
        }
    }

    pub(crate) fn insert(&mut self, key: u64, granule: Granule) {
        match &mut self.root {
            None => self.root = Some(Rc::new(Node::Leaf(key, granule))),
            Some(root) => insert(root, key, granule),
        }
    }

    /// Removes all keys from `low` up to and without `high`.
    pub(crate) fn remove_range(&mut self, low: u64, high: u64) {
        if low < high
            && let Some(root) = self.root.take()
        {
            self.root = remove_range(root, low, high);
        }
    }

    /// All keys from `low` up to and without `high` with their granules, in order; at most `limit`.
    pub(crate) fn range(&self, low: u64, high: u64, limit: usize) -> Vec<(u64, Granule)> {
        let mut found = Vec::new();
        if let Some(root) = &self.root {
            range(root, low, high, limit, &mut found);
        }
        found
    }

    /// Merges two maps. The result is the first map itself where the merge changed nothing.
    pub(crate) fn merge(a: &Trie, b: &Trie, with: &mut impl Merge) -> Trie {
        Trie {
            root: match (&a.root, &b.root) {
                (None, None) => None,
                (Some(a), None) => map(a, &mut |k, g| with.merge(k, Some(g), None)),
                (None, Some(b)) => map(b, &mut |k, g| with.merge(k, None, Some(g))),
                (Some(a), Some(b)) => merge(a, b, with),
            },
        }
    }

    /// Whether two maps are one and the same.
    pub(crate) fn same(&self, other: &Trie) -> bool {
        match (&self.root, &other.root) {
            (None, None) => true,
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// The bits of a key above a branching bit.
fn prefix_of(key: u64, bit: u64) -> u64 {
    key & !(bit | (bit - 1))
}

/// A branch above two nodes of which each has a representative key, and the keys differ.
fn join_nodes(k1: u64, n1: Rc<Node>, k2: u64, n2: Rc<Node>) -> Rc<Node> {
    let bit = 1 << (63 - (k1 ^ k2).leading_zeros());
    let (zero, one) = if k1 & bit == 0 { (n1, n2) } else { (n2, n1) };
    Rc::new(Node::Branch {
        prefix: prefix_of(k1, bit),
        bit,
        zero,
        one,
    })
}

fn insert(node: &mut Rc<Node>, key: u64, granule: Granule) {
    let outside = match &**node {
        Node::Leaf(k, _) if *k == key => None,
        Node::Leaf(k, _) => Some(*k),
        Node::Branch { prefix, bit, .. } => (prefix_of(key, *bit) != *prefix).then_some(*prefix),
    };
    if let Some(other) = outside {
        *node = join_nodes(
            key,
            Rc::new(Node::Leaf(key, granule)),
            other,
            Rc::clone(node),
        );
        return;
    }
    match Rc::make_mut(node) {
        Node::Leaf(_, old) => *old = granule,
        Node::Branch { bit, zero, one, .. } => {
            let side = if key & *bit == 0 { zero } else { one };
            insert(side, key, granule);
        }
    }
}

/// The keys a node can hold: from `0` up to and with `1`.
fn bounds(node: &Node) -> (u64, u64) {
    match node {
        Node::Leaf(key, _) => (*key, *key),
        Node::Branch { prefix, bit, .. } => (*prefix, *prefix | bit | (bit - 1)),
    }
}

fn remove_range(node: Rc<Node>, low: u64, high: u64) -> Option<Rc<Node>> {
    let (first, last) = bounds(&node);
    if last < low || first >= high {
        return Some(node);
    }
    if low <= first && last < high {
        return None;
    }
    let Node::Branch { zero, one, .. } = &*node else {
        return Some(node);
    };
    let new_zero = remove_range(Rc::clone(zero), low, high);
    let new_one = remove_range(Rc::clone(one), low, high);
    rebuild(&node, new_zero, new_one)
}

/// A branch with new children, or the branch itself if they are its own.
fn rebuild(
    node: &Rc<Node>,
    new_zero: Option<Rc<Node>>,
    new_one: Option<Rc<Node>>,
) -> Option<Rc<Node>> {
    let Node::Branch {
        prefix,
        bit,
        zero,
        one,
    } = &**node
    else {
        return Some(Rc::clone(node));
    };
    match (new_zero, new_one) {
        (None, child) | (child, None) => child,
        (Some(z), Some(o)) if Rc::ptr_eq(&z, zero) && Rc::ptr_eq(&o, one) => Some(Rc::clone(node)),
        (Some(zero), Some(one)) => Some(Rc::new(Node::Branch {
            prefix: *prefix,
            bit: *bit,
            zero,
            one,
        })),
    }
}

fn range(node: &Node, low: u64, high: u64, limit: usize, found: &mut Vec<(u64, Granule)>) {
    let (first, last) = bounds(node);
    if last < low || first >= high || found.len() >= limit {
        return;
    }
    match node {
        Node::Leaf(key, granule) => found.push((*key, *granule)),
        Node::Branch { zero, one, .. } => {
            range(zero, low, high, limit, found);
            range(one, low, high, limit, found);
        }
    }
}

fn map(node: &Rc<Node>, f: &mut impl FnMut(u64, &Granule) -> Option<Granule>) -> Option<Rc<Node>> {
    match &**node {
        Node::Leaf(key, granule) => {
            let new = f(*key, granule)?;
            Some(if new == *granule {
                Rc::clone(node)
            } else {
                Rc::new(Node::Leaf(*key, new))
            })
        }
        Node::Branch { zero, one, .. } => {
            let (new_zero, new_one) = (map(zero, f), map(one, f));
            rebuild(node, new_zero, new_one)
        }
    }
}

fn merge(a: &Rc<Node>, b: &Rc<Node>, with: &mut impl Merge) -> Option<Rc<Node>> {
    if Rc::ptr_eq(a, b) {
        return Some(Rc::clone(a));
    }
    match (&**a, &**b) {
        (Node::Leaf(key, granule), Node::Leaf(other, theirs)) if key == other => {
            let merged = with.merge(*key, Some(granule), Some(theirs))?;
            Some(if merged == *granule {
                Rc::clone(a)
            } else {
                Rc::new(Node::Leaf(*key, merged))
            })
        }
        (Node::Leaf(key, granule), _) => merge_leaf(*key, granule, a, b, with, false),
        (_, Node::Leaf(key, granule)) => merge_leaf(*key, granule, b, a, with, true),
        (
            Node::Branch {
                prefix: p,
                bit: m,
                zero: a0,
                one: a1,
            },
            Node::Branch {
                prefix: q,
                bit: n,
                zero: b0,
                one: b1,
            },
        ) => {
            if m == n && p == q {
                let (zero, one) = (merge(a0, b0, with), merge(a1, b1, with));
                rebuild(a, zero, one)
            } else if m > n && prefix_of(*q, *m) == *p {
                let (zero, one) = if q & m == 0 {
                    (merge(a0, b, with), only_a(a1, with))
                } else {
                    (only_a(a0, with), merge(a1, b, with))
                };
                rebuild(a, zero, one)
            } else if n > m && prefix_of(*p, *n) == *q {
                let (zero, one) = if p & n == 0 {
                    (merge(a, b0, with), only_b(b1, with))
                } else {
                    (only_b(b0, with), merge(a, b1, with))
                };
                match (zero, one) {
                    (None, child) | (child, None) => child,
                    (Some(zero), Some(one)) => Some(Rc::new(Node::Branch {
                        prefix: *q,
                        bit: *n,
                        zero,
                        one,
                    })),
                }
            } else {
                match (only_a(a, with), only_b(b, with)) {
                    (None, child) | (child, None) => child,
                    (Some(x), Some(y)) => Some(join_nodes(*p, x, *q, y)),
                }
            }
        }
    }
}

fn only_a(node: &Rc<Node>, with: &mut impl Merge) -> Option<Rc<Node>> {
    map(node, &mut |k, g| with.merge(k, Some(g), None))
}

fn only_b(node: &Rc<Node>, with: &mut impl Merge) -> Option<Rc<Node>> {
    map(node, &mut |k, g| with.merge(k, None, Some(g)))
}

/// Merges one leaf with a node; `swapped` if the leaf is of the second map.
fn merge_leaf(
    key: u64,
    granule: &Granule,
    leaf: &Rc<Node>,
    node: &Rc<Node>,
    with: &mut impl Merge,
    swapped: bool,
) -> Option<Rc<Node>> {
    let in_node = Trie {
        root: Some(Rc::clone(node)),
    };
    let other = in_node.get(key).copied();
    let merged = if swapped {
        with.merge(key, other.as_ref(), Some(granule))
    } else {
        with.merge(key, Some(granule), other.as_ref())
    };
    // The rest of the node has no counterpart.
    let rest = map(node, &mut |k, g| {
        if k == key {
            Some(*g)
        } else if swapped {
            with.merge(k, Some(g), None)
        } else {
            with.merge(k, None, Some(g))
        }
    });
    let mut result = Trie { root: rest };
    match merged {
        Some(new) if other == Some(new) => {}
        Some(new) if result.root.is_none() && new == *granule => {
            result.root = Some(Rc::clone(leaf));
        }
        Some(new) => result.insert(key, new),
        None => result.remove_range(key, key + 1),
    }
    result.root
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn granule(n: u8) -> Granule {
        Granule {
            vals: [Val::ANY; 8],
            index: [n; 8],
        }
    }

    struct Max;
    impl Merge for Max {
        fn merge(&mut self, _: u64, a: Option<&Granule>, b: Option<&Granule>) -> Option<Granule> {
            let largest = a.into_iter().chain(b).map(|g| g.index[0]).max()?;
            Some(granule(largest))
        }
    }

    #[test]
    fn behaves_as_a_sorted_map() {
        arbtest::arbtest(|u| {
            let mut tries = [Trie::default(), Trie::default()];
            let mut maps = [BTreeMap::new(), BTreeMap::new()];
            for _ in 0..u.int_in_range(0..=40)? {
                let which = usize::from(u.arbitrary::<bool>()?);
                let key = u.int_in_range(0..=63u64)? << u.choose(&[0u32, 20, 50])?;
                if u.ratio(1, 6)? {
                    let high = key + u.int_in_range(0..=9u64)?;
                    tries[which].remove_range(key, high);
                    maps[which].retain(|k, _| !(key..high).contains(k));
                } else {
                    let value = u.arbitrary()?;
                    tries[which].insert(key, granule(value));
                    maps[which].insert(key, value);
                }
            }
            for (trie, map) in tries.iter().zip(&maps) {
                let entries: Vec<_> = map.iter().map(|(k, v)| (*k, granule(*v))).collect();
                assert_eq!(trie.range(0, u64::MAX, usize::MAX), entries);
                for (key, value) in map {
                    assert_eq!(trie.get(*key), Some(&granule(*value)));
                }
            }
            let merged = Trie::merge(&tries[0], &tries[1], &mut Max);
            let mut expected = maps[0].clone();
            for (key, value) in &maps[1] {
                let entry = expected.entry(*key).or_insert(*value);
                *entry = (*entry).max(*value);
            }
            let expected: Vec<_> = expected.iter().map(|(k, v)| (*k, granule(*v))).collect();
            assert_eq!(merged.range(0, u64::MAX, usize::MAX), expected);
            let again = Trie::merge(&merged, &tries[0], &mut Max);
            assert!(again.same(&merged));
            Ok(())
        });
    }
}
