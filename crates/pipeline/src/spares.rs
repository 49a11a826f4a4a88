//! Engines between two photographs: as many as worked at once, each taken by one worker at a time.

use std::sync::{Mutex, PoisonError};

use crate::PipelineError;

/// What is free, and whether the job is closed.
struct Shelf<T> {
    free: Vec<T>,
    is_closed: bool,
}

/// A shelf of things that are dear to make.
pub(crate) struct Spares<T> {
    shelf: Mutex<Shelf<T>>,
}

impl<T> Default for Spares<T> {
    fn default() -> Self {
        Self {
            shelf: Mutex::new(Shelf {
                free: Vec::new(),
                is_closed: false,
            }),
        }
    }
}

impl<T> Spares<T> {
    /// Makes the first, while others who need one wait.
    pub(crate) fn fill(
        &self,
        make: impl FnOnce() -> Result<T, PipelineError>,
    ) -> Result<(), PipelineError> {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        if shelf.free.is_empty() {
            shelf.free.push(make()?);
        }
        Ok(())
    }

    /// One that is free, or a new one.
    pub(crate) fn take(
        &self,
        make: impl FnOnce() -> Result<T, PipelineError>,
    ) -> Result<T, PipelineError> {
        let free = self
            .shelf
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .free
            .pop();
        free.map_or_else(make, Ok)
    }

    /// Gives one back; after [`Spares::close`] it is freed.
    pub(crate) fn put(&self, spare: T) {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        if !shelf.is_closed {
            shelf.free.push(spare);
        }
    }

    /// Frees them all, those in use when they come back.
    pub(crate) fn close(&self) {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.is_closed = true;
        shelf.free.clear();
    }
}
