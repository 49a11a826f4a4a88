//! What the tests share: a context that owns its parts, seeded synthetic faces, comparison of partitions.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64};

use faceweave_cluster::Context;

/// Owns what a [`Context`] borrows.
pub struct Run {
    pub pool: rayon::ThreadPool,
    pub cancel: AtomicBool,
    pub done: AtomicU64,
    pub total: AtomicU64,
}

impl Run {
    pub fn on(threads: usize) -> Self {
        Self {
            pool: rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("a thread pool"),
            cancel: AtomicBool::new(false),
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
        }
    }

    pub fn context(&self) -> Context<'_> {
        Context {
            pool: &self.pool,
            cancel: &self.cancel,
            done: &self.done,
            total: &self.total,
        }
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): small, seeded, the same everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.bits() % limit as u64) as usize
    }

    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Near enough to a normal deviate: the sum of twelve uniform ones.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    pub fn direction(&mut self, dims: usize) -> Vec<f64> {
        let values: Vec<f64> = (0..dims).map(|_| self.normal()).collect();
        unit(&values)
    }

    /// A shuffled `0..count`.
    pub fn permutation(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for at in (1..count).rev() {
            order.swap(at, self.below(at + 1));
        }
        order
    }
}

fn unit(values: &[f64]) -> Vec<f64> {
    let length = values.iter().map(|x| x * x).sum::<f64>().sqrt();
    values.iter().map(|x| x / length).collect()
}

/// Faces of made-up people: each around its person's direction, `spread` away on average (0.8 gives cosine distances
/// near 0.4 within a person), people in random order.
pub fn identities(
    seed: u64,
    faces: usize,
    per_person: usize,
    dims: usize,
    spread: f64,
) -> Vec<f32> {
    let mut random = Random(seed);
    let people = faces.div_ceil(per_person).max(1);
    let centres: Vec<Vec<f64>> = (0..people).map(|_| random.direction(dims)).collect();
    let mut data = Vec::with_capacity(faces * dims);
    for _ in 0..faces {
        let centre = &centres[random.below(people)];
        let away = random.direction(dims);
        let face: Vec<f64> = centre
            .iter()
            .zip(&away)
            .map(|(c, a)| c + spread * a)
            .collect();
        data.extend(unit(&face).iter().map(|&x| x as f32));
    }
    data
}

/// Rows of `data` in another order: row `i` of the result is row `order[i]`.
pub fn reorder(data: &[f32], dims: usize, order: &[usize]) -> Vec<f32> {
    order
        .iter()
        .flat_map(|&row| data[row * dims..(row + 1) * dims].iter().copied())
        .collect()
}

/// Whether two labellings are the same partition, noise being noise in both.
pub fn same_partition(a: &[i32], b: &[i32]) -> bool {
    let (mut there, mut back) = (HashMap::new(), HashMap::new());
    a.len() == b.len()
        && a.iter().zip(b).all(|(&x, &y)| {
            (x < 0) == (y < 0)
                && *there.entry(x).or_insert(y) == y
                && *back.entry(y).or_insert(x) == x
        })
}

#[test]
fn partitions_are_told_apart() {
    assert!(same_partition(&[0, 0, 1, -1], &[5, 5, 2, -1]));
    assert!(!same_partition(&[0, 0, 1], &[0, 1, 1]));
    assert!(!same_partition(&[0, 0, 1], &[0, 0, 0]));
    assert!(!same_partition(&[0, -1], &[0, 1]));
}
