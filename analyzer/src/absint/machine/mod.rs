//! The abstract machine: runs functions over the domain, and writes down what they do to the world.

pub(crate) mod arithmetic;
pub(crate) mod call;
pub(crate) mod host_call;
pub(crate) mod inline_action;
pub(crate) mod interp;
pub(crate) mod numeric;
pub(crate) mod parting;
pub(crate) mod record;
pub(crate) mod virtual_call;
