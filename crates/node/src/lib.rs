//! The N-API boundary of faceweave.
//!
//! Conversions only: JavaScript values to the core crates' structures, one
//! call, results back as flat typed arrays. Rules, kept by `guard`:
//! every entry catches panics; long work runs on its own thread and settles a
//! promise; inputs are copied on the JavaScript thread before work leaves it.

#![allow(
    clippy::needless_pass_by_value,
    reason = "napi hands its arguments over by value"
)]

mod attributes;
mod cluster;
mod error;
mod extract;
mod guard;
mod images;
mod model;
mod paths;
mod pictures;
mod runtime;
#[cfg(feature = "test-hooks")]
mod test_hooks;
