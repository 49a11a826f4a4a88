//! Functions that misbehave on purpose, one of each kind, so that the boundary tests can prove the guard.
//! Compiled only with the feature `test-hooks`, never into a published build.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use napi::bindgen_prelude::Object;
use napi::{Env, Result};
use napi_derive::napi;

use crate::error::JobError;
use crate::guard::spawn;

/// Panics in a synchronous function.
#[napi(catch_unwind)]
pub fn panic_sync() {
    panic!("on purpose: sync");
}

/// Panics on a job's thread.
#[napi(catch_unwind, ts_return_type = "Promise<void>")]
pub fn panic_job(env: &Env) -> Result<Object<'_>> {
    spawn(
        env,
        || (),
        || -> std::result::Result<(), JobError> { panic!("on purpose: job") },
        |()| Ok(()),
    )
}

/// Panics inside a worker pool, on a thread rayon owns.
#[napi(catch_unwind, ts_return_type = "Promise<void>")]
pub fn panic_pool(env: &Env) -> Result<Object<'_>> {
    spawn(
        env,
        || (),
        || {
            let pool = faceweave_pipeline::worker_pool(2)?;
            pool.install(|| panic!("on purpose: pool"));
            Ok(())
        },
        |()| Ok(()),
    )
}

/// Panics while the result is converted, back on the JavaScript thread.
#[napi(catch_unwind, ts_return_type = "Promise<void>")]
pub fn panic_convert(env: &Env) -> Result<Object<'_>> {
    spawn(
        env,
        || (),
        || Ok(()),
        |()| -> Result<()> { panic!("on purpose: convert") },
    )
}

/// A class whose constructor, method and getter panic.
#[napi]
pub struct PanicClass {
    quiet: bool,
}

#[napi]
impl PanicClass {
    /// Panics when asked to.
    #[napi(constructor, catch_unwind)]
    pub fn new(panics: bool) -> Self {
        assert!(!panics, "on purpose: constructor");
        Self { quiet: true }
    }

    /// Always panics.
    #[napi(catch_unwind)]
    pub fn method(&self) {
        assert!(!self.quiet, "on purpose: method");
    }

    /// Always panics.
    #[napi(getter, catch_unwind)]
    pub fn value(&self) -> u32 {
        assert!(!self.quiet, "on purpose: getter");
        0
    }
}

/// A job that runs until its environment ends (at most ten seconds): for tests of exit and of terminated workers.
#[napi(catch_unwind, ts_return_type = "Promise<boolean>")]
pub fn endless_job(env: &Env) -> Result<Object<'_>> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    spawn(
        env,
        move || stop.store(true, Ordering::Relaxed),
        move || {
            for _ in 0..1000 {
                if seen.load(Ordering::Relaxed) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            Ok(seen.load(Ordering::Relaxed))
        },
        Ok,
    )
}
