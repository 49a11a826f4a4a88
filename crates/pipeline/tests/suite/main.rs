//! Tests of the crate's public face, in one binary.

#![allow(clippy::unwrap_used, reason = "a missing fixture fails the tests")]

mod inputs;
mod job;
mod support;
