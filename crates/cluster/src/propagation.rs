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

/// Nearest faces, and nearest of those that hold the face as near, that meet in one join.
const JOIN: usize = 16;

/// Faces whose joins one thread does before it reads the cancel flag.
const CHUNK: usize = 1024;

/// Compares, for each face, it, its nearest faces and the nearest of those it is near to, all with each other.
///
/// *Cost*: n products of at most 33 × 33 faces, 16·12 bytes a face for the copy of the lists.
pub(crate) fn propagate(
    vectors: &Vectors<'_>,
    lists: &ShortLists,
    context: &Context<'_>,
) -> Result<(), ClusterError> {
    let rows = lists.rows();
    let forward = Forward::new(lists);
    let backward = Backward::new(&forward);
    let chunks = rows.div_ceil(CHUNK);
    context.pool.install(|| {
        (0..chunks)
            .into_par_iter()
            .with_max_len(1)
            .try_for_each_init(Join::default, |join, chunk| {
                context.check()?;
                for row in chunk * CHUNK..((chunk + 1) * CHUNK).min(rows) {
                    join.members.clear();
                    join.members.push(row as u32);
                    join.members
                        .extend(forward.of(row).iter().map(|&key| row_of(key)));
                    join.members
                        .extend(backward.of(row).iter().map(|&key| row_of(key)));
                    join.run(vectors, lists);
                }
                Ok(())
            })
    })?;
    context.advance(1);
    Ok(())
}

/// The first keys of every list.
struct Forward {
    held: Vec<u8>,
    keys: Vec<u64>,
}

impl Forward {
    fn new(lists: &ShortLists) -> Self {
        let rows = lists.rows();
        let mut held = vec![0_u8; rows];
        let mut keys = vec![0_u64; rows * JOIN];
        for (row, (held, keys)) in held.iter_mut().zip(keys.chunks_exact_mut(JOIN)).enumerate() {
            lists.read(row, |list| {
                let some = &list[..list.len().min(JOIN)];
                keys[..some.len()].copy_from_slice(some);
                *held = some.len() as u8;
            });
        }
        Self { held, keys }
    }

    fn of(&self, row: usize) -> &[u64] {
        &self.keys[row * JOIN..][..usize::from(self.held[row])]
    }
}

/// For every face the nearest of those that have it among their first.
struct Backward {
    held: Vec<u8>,
    keys: Vec<u64>,
}

impl Backward {
    fn new(forward: &Forward) -> Self {
        let rows = forward.held.len();
        let mut backward = Self {
            held: vec![0; rows],
            keys: vec![u64::MAX; rows * JOIN],
        };
        for row in 0..rows {
            for &key in forward.of(row) {
                backward.put(
                    row_of(key) as usize,
                    (key & !u64::from(u32::MAX)) | row as u64,
                );
            }
        }
        backward
    }

    /// Keeps `key` if it is among the smallest so far, in their order.
    fn put(&mut self, row: usize, key: u64) {
        let held = usize::from(self.held[row]);
        let keys = &mut self.keys[row * JOIN..][..JOIN];
        if held == JOIN && key >= keys[JOIN - 1] {
            return;
        }
        let place = keys[..held].partition_point(|&other| other < key);
        let end = held.min(JOIN - 1);
        keys.copy_within(place..end, place + 1);
        keys[place] = key;
        self.held[row] = (end + 1) as u8;
    }

    fn of(&self, row: usize) -> &[u64] {
        &self.keys[row * JOIN..][..usize::from(self.held[row])]
    }
}

#[derive(Default)]
struct Join {
    members: Vec<u32>,
    values: Vec<f32>,
    dots: Vec<f32>,
}

impl Join {
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
