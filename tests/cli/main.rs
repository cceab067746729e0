//! The built program, run as a user runs it: its own folder, nothing of the caller's environment.

mod commands;
mod config;
mod formats;
mod inputs;
mod sandbox;
