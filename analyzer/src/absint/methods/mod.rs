//! What outsiders can call: finds the methods and their arguments, runs each, and draws its effect graph.

pub(crate) mod arguments;
pub(crate) mod effects;
pub(crate) mod fields;
pub(crate) mod messages;
pub(crate) mod method;
pub(crate) mod probe;
pub(crate) mod render;
pub(crate) mod response;
pub(crate) mod sample;
pub(crate) mod selector;
pub(crate) mod stored_state;
pub(crate) mod trial;
