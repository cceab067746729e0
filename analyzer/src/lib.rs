//! Bytes of a contract in, facts out.
