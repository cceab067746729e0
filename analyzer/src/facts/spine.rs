//! Where a method's own code begins.

use super::{Method, NodeKind, Site};
use crate::ir::Func;

impl Method {
    /// The functions that are entered, one within the other, before anything of the method happens: those that all its
    /// effects have in common, outermost first. The last ones may be of a library.
    pub fn spine(&self) -> Vec<Func> {
        let mut sites = self
            .graph
            .nodes
            .values()
            .filter(|n| matches!(n.kind, NodeKind::Effect(_) | NodeKind::Unknown(_)))
            .map(|n| &n.site);
        let Some(first) = sites.next() else {
            let entry = self.graph.nodes.values().next();
            return entry.map(|n| n.site.func).into_iter().collect();
        };
        let mut common = first.chain.len();
        for site in sites {
            let same = |(a, b): &(&(Func, u32), &(Func, u32))| a == b;
            let shared = first.chain.iter().zip(site.chain.iter());
            common = common.min(shared.take_while(same).count());
        }
        functions(first).take(common + 1).collect()
    }

    /// The spine without what other methods of the same export pass through, too: their dispatcher.
    pub fn own_spine(&self, methods: &[Method]) -> Vec<Func> {
        let mut own = self.spine();
        let others = methods
            .iter()
            .filter(|m| m.export == self.export && m.name != self.name);
        for other in others {
            let theirs = other.spine();
            own.retain(|func| !theirs.contains(func));
        }
        own
    }
}

/// The functions that control is in at a site, outermost first.
fn functions(site: &Site) -> impl Iterator<Item = Func> + '_ {
    let callers = site.chain.iter().map(|(caller, _)| *caller);
    callers.chain([site.func])
}
