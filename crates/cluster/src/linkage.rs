//! Agglomerative clustering over the whole distance matrix by kodama, and the tree every linkage of this crate returns.
//!
//! Apart from `core_linkage` because it needs no threshold and gives the whole tree, at n²/2 values of memory. Papers:
//! Florek et al. 1951 (single), Sørensen 1948 (complete), Sokal and Michener 1958 (average), Ward 1963; Müllner, "Modern hierarchical, agglomerative clustering algorithms",
//! arXiv:1109.2378 (the algorithms kodama ports, here its nearest-neighbour chain).

use rayon::prelude::*;

use crate::context::Context;
use crate::error::ClusterError;
use crate::labels::Unions;
use crate::products::{TILE, distance_of, dot_tile, tile_range, tile_rows};
use crate::vectors::Vectors;

/// Faces the whole matrix is made for: 40,000 take 3.2 GB, what a machine of 8 GB can spare.
pub const MAX_MATRIX_FACES: usize = 40_000;

/// How far two clusters are from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linkage {
    /// The distance of their nearest faces: chains.
    Single,
    /// That of their farthest faces: compact clusters.
    Complete,
    /// The mean over all pairs of faces.
    Average,
    /// The growth of the sum of squares when they merge, h²/2 of the height h that
    /// `scipy.cluster.hierarchy.linkage(…, "ward")` gives for the unit vectors themselves: for two faces that is their cosine distance.
    Ward,
}

/// One merge, as a row of the matrix `scipy.cluster.hierarchy.linkage` returns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Merge {
    /// The smaller of the two cluster ids: below the number of faces a face, else that number + the index of a merge.
    pub a: u32,
    /// The larger of the two cluster ids.
    pub b: u32,
    /// Cosine distance of the two clusters, as the linkage measures it.
    pub distance: f32,
    /// Faces in the merged cluster.
    pub size: u32,
}

/// Merges in the order they happened, in that function's format; `faces − 1` of them when the tree is whole, fewer when it stops at
/// a threshold (then it is a forest).
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// Number of faces.
    pub faces: usize,
    /// The merges; merge `i` makes cluster `faces + i`.
    pub merges: Vec<Merge>,
}

impl Tree {
    /// The clusters that all merges together make, numbered by first face.
    #[must_use]
    pub fn labels(&self) -> Vec<i32> {
        self.labels_where(|_| true)
    }

    fn labels_where(&self, keep: impl Fn(&Merge) -> bool) -> Vec<i32> {
        let mut unions = Unions::new(self.faces + self.merges.len());
        for (index, merge) in self.merges.iter().enumerate().filter(|(_, m)| keep(m)) {
            let whole = (self.faces + index) as u32;
            for part in [merge.a, merge.b] {
                let root = unions.root(part);
                unions.attach(root, whole);
            }
        }
        unions.labels(self.faces)
    }
}

/// Cuts a tree: faces joined by merges at a distance of at most `threshold` (inclusive, as in
/// `scipy.cluster.hierarchy.fcluster(…, criterion="distance")`) share a label; labels are numbered by first face.
///
/// Merges must come by ascending distance, as [`average_linkage_matrix`] and [`crate::average_linkage`] with
/// [`crate::Plain`] give them.
#[must_use]
pub fn cut(tree: &Tree, threshold: f32) -> Vec<i32> {
    tree.labels_where(|merge| merge.distance <= threshold)
}

/// The whole average-linkage tree: [`linkage_matrix`] with [`Linkage::Average`].
///
/// *Errors* and *cost*: as there.
pub fn average_linkage_matrix(
    vectors: &Vectors<'_>,
    context: &Context<'_>,
) -> Result<Tree, ClusterError> {
    linkage_matrix(vectors, Linkage::Average, context)
}

/// The whole tree of a linkage, from the condensed matrix of all cosine distances. Merges come by ascending distance.
///
/// *Errors*: `TOO_MANY` above [`MAX_MATRIX_FACES`] faces; `CANCELLED` (kodama's own loop does not look for it).
/// *Cost*: n²/2 dot products on all threads, then O(n²) on one; 4 bytes for each of n²/2 pairs.
pub fn linkage_matrix(
    vectors: &Vectors<'_>,
    linkage: Linkage,
    context: &Context<'_>,
) -> Result<Tree, ClusterError> {
    let faces = vectors.len();
    if faces > MAX_MATRIX_FACES {
        return Err(ClusterError::TooMany {
            what: "faces for a whole linkage tree",
            found: faces as u64,
            limit: MAX_MATRIX_FACES as u64,
            cure: "cut at a lower threshold, which needs no matrix, or use dbscan",
        });
    }
    if faces < 2 {
        return Ok(Tree {
            faces,
            merges: Vec::new(),
        });
    }
    let mut matrix = condensed_distances(vectors, context)?;
    let method = match linkage {
        Linkage::Single => kodama::Method::Single,
        Linkage::Complete => kodama::Method::Complete,
        Linkage::Average => kodama::Method::Average,
        Linkage::Ward => {
            // Ward's squares are those of the chords: |x − y|² = 2 (1 − ⟨x, y⟩) on unit vectors.
            for distance in &mut matrix {
                *distance = (2.0 * *distance).sqrt();
            }
            kodama::Method::Ward
        }
    };
    let dendrogram = kodama::linkage(&mut matrix, faces, method);
    context.check()?;
    let merges = dendrogram
        .steps()
        .iter()
        .map(|step| Merge {
            a: step.cluster1 as u32,
            b: step.cluster2 as u32,
            distance: match linkage {
                Linkage::Ward => step.dissimilarity * step.dissimilarity / 2.0,
                _ => step.dissimilarity,
            },
            size: step.size as u32,
        })
        .collect();
    Ok(Tree { faces, merges })
}

/// Cosine distances of all pairs `a < b`, by `a`, then `b`: the form `scipy.spatial.distance.squareform` condenses to. Progress: one unit a tile.
pub(crate) fn condensed_distances(
    vectors: &Vectors<'_>,
    context: &Context<'_>,
) -> Result<Vec<f32>, ClusterError> {
    let faces = vectors.len();
    let mut matrix = vec![0.0_f32; faces * faces.saturating_sub(1) / 2];
    let mut rest = matrix.as_mut_slice();
    let mut strips = Vec::new();
    for tile_row in 0..tile_rows(faces) {
        let values = tile_range(tile_row, faces).map(|row| faces - 1 - row).sum();
        let (strip, after) = rest.split_at_mut(values);
        strips.push((tile_row, strip));
        rest = after;
    }
    context.pool.install(|| {
        strips
            .into_par_iter()
            .with_max_len(1)
            .try_for_each(|(tile_row, strip)| fill_strip(vectors, tile_row, strip, context))
    })?;
    Ok(matrix)
}

fn fill_strip(
    vectors: &Vectors<'_>,
    tile_row: usize,
    strip: &mut [f32],
    context: &Context<'_>,
) -> Result<(), ClusterError> {
    let faces = vectors.len();
    let own = tile_range(tile_row, faces);
    let mut dots = Vec::with_capacity(TILE * TILE);
    for tile_column in tile_row..tile_rows(faces) {
        context.check()?;
        let columns = tile_range(tile_column, faces);
        dot_tile(vectors, own.clone(), columns.clone(), &mut dots);
        let mut line_start = 0;
        for (row, line) in own.clone().zip(dots.chunks_exact(columns.len())) {
            let first = columns.start.max(row + 1);
            if first < columns.end {
                let at = line_start + first - row - 1;
                let targets = &mut strip[at..at + columns.end - first];
                for (target, &dot) in targets.iter_mut().zip(&line[first - columns.start..]) {
                    *target = distance_of(dot);
                }
            }
            line_start += faces - 1 - row;
        }
        context.advance(1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let merge = |a, b, distance, size| Merge {
            a,
            b,
            distance,
            size,
        };
        Tree {
            faces: 4,
            merges: vec![
                merge(1, 3, 0.1, 2),
                merge(0, 4, 0.25, 3),
                merge(2, 5, 0.9, 4),
            ],
        }
    }

    #[test]
    fn cut_is_inclusive_and_numbers_by_first_face() {
        assert_eq!(cut(&tree(), 0.05), [0, 1, 2, 3]);
        assert_eq!(cut(&tree(), 0.1), [0, 1, 2, 1]);
        assert_eq!(cut(&tree(), 0.25), [0, 0, 1, 0]);
        assert_eq!(cut(&tree(), 2.0), [0, 0, 0, 0]);
    }

    #[test]
    fn labels_take_every_merge() {
        assert_eq!(tree().labels(), [0, 0, 0, 0]);
    }
}
