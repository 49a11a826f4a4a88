//! Neighbours of neighbours: one round in which the faces that share a neighbour are compared with each other.
//!
//! The local join of NN-descent (Dong, Moses, Li, WWW 2011) in rounds: every round reads the lists as they were when it
//! began, so what it finds does not depend on the order of the joins.

use rayon::prelude::*;

use crate::context::Context;
use crate::error::ClusterError;
use crate::products::{distance_of, dot_rows, gather};
use crate::selection::{key_of, limit_below, row_of};
use crate::shortlists::ShortLists;
use crate::vectors::Vectors;

/// Faces whose joins one thread does before it reads the cancel flag.
const CHUNK: usize = 1024;

/// Compares, for each face, it, its `join` nearest faces and the `join` nearest of those it is near to, all with each other.
///
/// *Cost*: n products of at most 2·join + 1 faces with themselves, 16·join bytes a face for the copy of the lists.
pub(crate) fn propagate(
    vectors: &Vectors<'_>,
    lists: &ShortLists,
    join: usize,
    context: &Context<'_>,
) -> Result<(), ClusterError> {
    let rows = lists.rows();
    let forward = Nearest::forward(lists, join);
    let backward = Nearest::backward(&forward);
    let chunks = rows.div_ceil(CHUNK);
    context.pool.install(|| {
        (0..chunks)
            .into_par_iter()
            .with_max_len(1)
            .try_for_each_init(Meeting::default, |meeting, chunk| {
                context.check()?;
                for row in chunk * CHUNK..((chunk + 1) * CHUNK).min(rows) {
                    meeting.members.clear();
                    meeting.members.push(row as u32);
                    meeting
                        .members
                        .extend(forward.of(row).iter().map(|&key| row_of(key)));
                    meeting
                        .members
                        .extend(backward.of(row).iter().map(|&key| row_of(key)));
                    meeting.run(vectors, lists);
                }
                Ok(())
            })
    })?;
    context.advance(1);
    Ok(())
}

/// At most `join` keys a face, in order.
struct Nearest {
    join: usize,
    held: Vec<u32>,
    keys: Vec<u64>,
}

impl Nearest {
    fn new(rows: usize, join: usize) -> Self {
        Self {
            join,
            held: vec![0; rows],
            keys: vec![0; rows * join],
        }
    }

    /// The first keys of every list.
    fn forward(lists: &ShortLists, join: usize) -> Self {
        let mut nearest = Self::new(lists.rows(), join);
        for (row, keys) in nearest.keys.chunks_exact_mut(join).enumerate() {
            lists.read(row, |list| {
                let some = &list[..list.len().min(join)];
                keys[..some.len()].copy_from_slice(some);
                nearest.held[row] = some.len() as u32;
            });
        }
        nearest
    }

    /// For every face the nearest of those that have it among their first.
    fn backward(forward: &Self) -> Self {
        let rows = forward.held.len();
        let mut nearest = Self::new(rows, forward.join);
        for row in 0..rows {
            for &key in forward.of(row) {
                let distance = key & !u64::from(u32::MAX);
                nearest.put(row_of(key) as usize, distance | row as u64);
            }
        }
        nearest
    }

    /// Keeps `key` if it is among the smallest so far.
    fn put(&mut self, row: usize, key: u64) {
        let held = self.held[row] as usize;
        let keys = &mut self.keys[row * self.join..][..self.join];
        if held == self.join && key >= keys[held - 1] {
            return;
        }
        let place = keys[..held].partition_point(|&other| other < key);
        let end = held.min(self.join - 1);
        keys.copy_within(place..end, place + 1);
        keys[place] = key;
        self.held[row] = end as u32 + 1;
    }

    fn of(&self, row: usize) -> &[u64] {
        &self.keys[row * self.join..][..self.held[row] as usize]
    }
}

#[derive(Default)]
struct Meeting {
    members: Vec<u32>,
    values: Vec<f32>,
    dots: Vec<f32>,
}

impl Meeting {
    fn run(&mut self, vectors: &Vectors<'_>, lists: &ShortLists) {
        self.members.sort_unstable();
        self.members.dedup();
        gather(vectors, &self.members, &mut self.values);
        dot_rows(&self.values, &self.values, vectors.dims(), &mut self.dots);
        let lines = self.dots.chunks_exact(self.members.len());
        for (&row, line) in self.members.iter().zip(lines) {
            let worst = lists.worst(row as usize);
            let limit = limit_below(worst);
            // The face itself always passes; with no other there is nothing to lock for.
            if line.iter().map(|&dot| u32::from(dot >= limit)).sum::<u32>() < 2 {
                continue;
            }
            let candidates = self.members.iter().zip(line).filter_map(|(&other, &dot)| {
                let key = key_of(distance_of(dot), other);
                (dot >= limit && other != row && key < worst).then_some(key)
            });
            lists.offer(row as usize, candidates);
        }
    }
}
