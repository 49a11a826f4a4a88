//! Threads and panics: how long work leaves the JavaScript thread and comes back.
//!
//! A job runs on a thread of its own (never libuv's four, no tokio) and
//! settles a deferred promise. Both its halves, the work and the conversion of
//! the result, run under `catch_unwind`: a panic becomes a rejection with code
//! INTERNAL. When a JavaScript environment ends (process exit, a worker
//! terminated), its jobs are asked to stop and their threads are joined, so
//! that none runs on in code that is being torn down.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use napi::bindgen_prelude::{Object, ToNapiValue};
use napi::{Env, Result};

use crate::error::JobError;

type Resolver<D> = Box<dyn FnOnce(Env) -> Result<D>>;
type Cancel = Box<dyn Fn() + Send>;

struct Running {
    thread: JoinHandle<()>,
    cancel: Cancel,
}

/// Jobs of each environment, by the address of its handle.
static RUNNING: Mutex<Option<HashMap<usize, Vec<Running>>>> = Mutex::new(None);

/// Runs `work` on its own thread; the promise settles with `convert` of its result.
///
/// `cancel` asks the work to stop early; it is called when the environment ends.
pub(crate) fn spawn<T, D>(
    env: &Env,
    cancel: impl Fn() + Send + 'static,
    work: impl FnOnce() -> std::result::Result<T, JobError> + Send + 'static,
    convert: impl FnOnce(T) -> Result<D> + Send + 'static,
) -> Result<Object<'_>>
where
    T: Send + 'static,
    D: ToNapiValue + 'static,
{
    let (deferred, promise) = env.create_deferred::<D, Resolver<D>>()?;
    let body = move || match guarded(work) {
        Ok(value) => deferred.resolve(Box::new(move |_env: Env| {
            guarded(|| Ok(convert(value))).map_err(napi::Error::from)?
        })),
        Err(error) => deferred.reject(error.into()),
    };
    let thread = Builder::new()
        .name("faceweave-job".into())
        .spawn(body)
        .map_err(|error| JobError::new("THREADS", error.to_string()))?;
    remember(
        env,
        Running {
            thread,
            cancel: Box::new(cancel),
        },
    )?;
    Ok(promise)
}

/// Turns a panic into an error with code INTERNAL.
pub(crate) fn guarded<T>(
    work: impl FnOnce() -> std::result::Result<T, JobError>,
) -> std::result::Result<T, JobError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".into());
        Err(JobError::new(
            "INTERNAL",
            format!("a defect in faceweave: {text}"),
        ))
    })
}

fn remember(env: &Env, running: Running) -> Result<()> {
    let key = env.raw() as usize;
    let first = {
        let mut guard = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        let environments = guard.get_or_insert_default();
        let first = !environments.contains_key(&key);
        let jobs = environments.entry(key).or_default();
        jobs.retain(|job| !job.thread.is_finished());
        jobs.push(running);
        first
    };
    if first {
        env.add_env_cleanup_hook(key, end_of_environment)?;
    }
    Ok(())
}

fn end_of_environment(key: usize) {
    let jobs = {
        let mut guard = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        guard
            .as_mut()
            .and_then(|environments| environments.remove(&key))
            .unwrap_or_default()
    };
    for job in &jobs {
        (job.cancel)();
    }
    for job in jobs {
        // A thread that panicked has already been accounted for by its own guard.
        let _ = job.thread.join();
    }
}
