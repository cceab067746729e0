//! What a well-formed [`Function`](super::Function) is, and the check of it.
