//! The built program, run as a user runs it: its own folder, nothing of the caller's environment.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod commands;
mod config;
mod documents;
mod findings;
mod formats;
mod inputs;
mod rebuilt;
mod sandbox;
mod suppressions;
mod terminal;
