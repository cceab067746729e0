//! Facts in, findings out.
