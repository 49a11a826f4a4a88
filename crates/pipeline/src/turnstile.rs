//! Letting concurrent batches pass one point in the order in which they were handed in.
//!
//! Which of two files with equal bytes is "the photograph" and which is "the
//! same again" must not depend on threads, so that decision is taken batch by
//! batch in call order. A ticket that is dropped passes too: a batch that
//! failed never blocks those behind it.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

#[derive(Debug, Default)]
struct State {
    issued: u64,
    next: u64,
    passed_early: BTreeSet<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Turnstile {
    state: Mutex<State>,
    moved: Condvar,
}

/// A place in the order; dropping it lets the next one through.
#[derive(Debug)]
pub struct Ticket {
    number: u64,
    turnstile: Arc<Turnstile>,
}

impl Turnstile {
    pub(crate) fn issue(self: &Arc<Self>) -> Ticket {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let number = state.issued;
        state.issued += 1;
        Ticket {
            number,
            turnstile: Arc::clone(self),
        }
    }
}

impl Ticket {
    /// Blocks until all earlier tickets have passed.
    pub(crate) fn wait(&self) {
        let mut state = self
            .turnstile
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        while state.next != self.number {
            state = self
                .turnstile
                .moved
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self
            .turnstile
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        state.passed_early.insert(self.number);
        loop {
            let next = state.next;
            if !state.passed_early.remove(&next) {
                break;
            }
            state.next += 1;
        }
        drop(state);
        self.turnstile.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_in_order_of_issue_whatever_the_order_of_arrival() {
        let turnstile = Arc::new(Turnstile::default());
        let tickets: Vec<Ticket> = (0..8).map(|_| turnstile.issue()).collect();
        let order = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for ticket in tickets.into_iter().rev() {
                let order = &order;
                scope.spawn(move || {
                    ticket.wait();
                    order.lock().unwrap().push(ticket.number);
                });
            }
        });
        assert_eq!(*order.lock().unwrap(), (0..8).collect::<Vec<_>>());
    }

    #[test]
    fn a_dropped_ticket_blocks_nobody() {
        let turnstile = Arc::new(Turnstile::default());
        let (first, second, third) = (turnstile.issue(), turnstile.issue(), turnstile.issue());
        drop(second);
        drop(first);
        third.wait();
    }
}
