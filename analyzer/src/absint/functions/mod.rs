//! The contract made ready to run: what each of its functions is, and does, found out before it is run.

pub(crate) mod allocators;
pub(crate) mod concrete;
pub(crate) mod intrinsics;
pub(crate) mod pages;
pub(crate) mod program;
pub(crate) mod seal;
pub(crate) mod summary;
pub(crate) mod vtables;
