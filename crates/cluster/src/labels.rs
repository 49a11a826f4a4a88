//! Label numbering and the union-find behind it, shared by every algorithm.
//!
//! Apart so that "clusters are numbered by their first face, −1 is noise" is written once.

use std::collections::HashMap;

/// The label of a face that belongs to no cluster.
pub const NOISE: i32 = -1;

/// Renumbers clusters from 0 in the order in which their first face appears; any negative label becomes [`NOISE`].
#[must_use]
pub fn renumber(labels: &[i32]) -> Vec<i32> {
    let mut numbers: HashMap<i32, i32> = HashMap::new();
    labels
        .iter()
        .map(|&label| {
            if label < 0 {
                return NOISE;
            }
            let next = numbers.len() as i32;
            *numbers.entry(label).or_insert(next)
        })
        .collect()
}

/// Union-find over ids, where the caller decides which id a union goes by.
#[derive(Debug)]
pub(crate) struct Unions {
    parents: Vec<u32>,
}

impl Unions {
    /// `ids` ids, each its own root.
    pub(crate) fn new(ids: usize) -> Self {
        Self {
            parents: (0..ids as u32).collect(),
        }
    }

    /// The root of `id`; halves the path on the way.
    pub(crate) fn root(&mut self, mut id: u32) -> u32 {
        while self.parents[id as usize] != id {
            let grandparent = self.parents[self.parents[id as usize] as usize];
            self.parents[id as usize] = grandparent;
            id = grandparent;
        }
        id
    }

    /// Whether nothing has swallowed `id` yet.
    pub(crate) fn is_root(&self, id: u32) -> bool {
        self.parents[id as usize] == id
    }

    /// Puts the tree of `root` under `parent`; both must be roots.
    pub(crate) fn attach(&mut self, root: u32, parent: u32) {
        self.parents[root as usize] = parent;
    }

    /// Labels of the first `count` ids: one a tree, numbered by first appearance.
    pub(crate) fn labels(&mut self, count: usize) -> Vec<i32> {
        let roots: Vec<i32> = (0..count as u32).map(|id| self.root(id) as i32).collect();
        renumber(&roots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_by_first_appearance_and_keeps_noise() {
        assert_eq!(renumber(&[7, -1, 2, 7, -5, 0]), [0, -1, 1, 0, -1, 2]);
    }

    #[test]
    fn unions_label_trees() {
        let mut unions = Unions::new(5);
        unions.attach(0, 4);
        unions.attach(2, 4);
        assert_eq!(unions.labels(4), [0, 1, 0, 2]);
        assert!(unions.is_root(4));
        assert!(!unions.is_root(2));
    }
}
