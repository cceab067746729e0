//! Chores of this repository, where the tests need them, too.

#![allow(clippy::print_stdout, clippy::print_stderr)]

pub mod score;
