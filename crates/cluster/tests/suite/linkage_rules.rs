//! The hook of average linkage on the graph: rules forbid merges, and only those.

use faceweave_cluster::{
    Candidate, GRAPH_SLACK, LinkageInput, MAX_PAIRS, MergeRule, NarrowingCut, OnePerPhoto, Plain,
    Vectors, average_linkage, radius_graph,
};

use crate::support::{Run, identities};

/// Unit vectors in the plane at these angles, in degrees.
pub fn at_angles(degrees: &[f32]) -> Vec<f32> {
    degrees
        .iter()
        .flat_map(|d| [d.to_radians().cos(), d.to_radians().sin()])
        .collect()
}

fn labels(
    data: &[f32],
    dims: usize,
    photos: &[u32],
    threshold: f32,
    rule: &dyn MergeRule,
) -> Vec<i32> {
    let run = Run::on(1);
    let vectors = Vectors::new(data, dims).expect("unit rows");
    let graph = radius_graph(&vectors, threshold + GRAPH_SLACK, MAX_PAIRS, &run.context());
    let input = LinkageInput {
        vectors: &vectors,
        photos,
        graph: &graph.expect("a graph"),
        threshold,
    };
    let forest = average_linkage(&input, rule, &run.context()).expect("a forest");
    forest.labels()
}

#[test]
fn one_per_photo_keeps_faces_of_a_photograph_apart() {
    // Faces 0 and 1 are the nearest pair but in one photograph; 2 and 3 join one each.
    let data = at_angles(&[0.0, 6.0, -8.0, 15.0]);
    let photos = [1, 1, 2, 3];
    assert_eq!(labels(&data, 2, &photos, 0.2, &Plain), [0, 0, 0, 0]);
    let rule = OnePerPhoto { exempt: 0.0 };
    assert_eq!(labels(&data, 2, &photos, 0.2, &rule), [0, 1, 0, 1]);
}

#[test]
fn one_per_photo_exempts_near_identical_faces() {
    let data = at_angles(&[0.0, 6.0, -8.0, 15.0]);
    let photos = [1, 1, 2, 3];
    // 6 degrees are a cosine distance of 0.0055.
    let rule = OnePerPhoto { exempt: 0.006 };
    assert_eq!(labels(&data, 2, &photos, 0.2, &rule), [0, 0, 0, 0]);
}

#[test]
fn cores_need_to_be_nearer_than_strays() {
    // Two cores of three, 36 degrees apart, and a stray 41 degrees from the second.
    let data = at_angles(&[0.0, 1.0, 2.5, 36.0, 37.0, 38.5, 78.0]);
    let photos = [0, 1, 2, 3, 4, 5, 6];
    assert_eq!(
        labels(&data, 2, &photos, 0.3, &Plain),
        [0, 0, 0, 0, 0, 0, 1]
    );
    // For three faces the cut is 0.1 + 0.2 / 5 = 0.14; the cores are 0.19 apart, the stray 0.25.
    let rule = NarrowingCut {
        single: 0.3,
        core: 0.1,
        half_size: 0.5,
    };
    assert!((rule.at(1) - 0.3).abs() < 1e-12 && (rule.at(3) - 0.14).abs() < 1e-12);
    assert_eq!(labels(&data, 2, &photos, 0.3, &rule), [0, 0, 0, 1, 1, 1, 1]);
}

#[test]
fn a_closure_is_a_rule_and_sees_both_parts() {
    let data = identities(5, 60, 6, 16, 0.7);
    let photos: Vec<u32> = (0..60).map(|row| row % 20).collect();
    let rule = |candidate: &Candidate<'_>| {
        for part in [candidate.a, candidate.b] {
            let key = |row: &u32| (candidate.photos[*row as usize], *row);
            assert!(part.members.is_sorted_by_key(key));
            let mut sum = 0.0;
            let mut pairs = 0.0;
            for (at, &x) in part.members.iter().enumerate() {
                for &y in &part.members[at + 1..] {
                    sum += candidate.vectors.cosine_distance(x as usize, y as usize);
                    pairs += 1.0;
                }
            }
            let expected = if pairs > 0.0 { sum / pairs } else { 0.0 };
            assert!((part.inner_distance() - expected).abs() < 1e-5);
        }
        let mut sum = 0.0;
        let mut shared = Vec::new();
        for &x in candidate.a.members {
            for &y in candidate.b.members {
                sum += candidate.vectors.cosine_distance(x as usize, y as usize);
                if candidate.photos[x as usize] == candidate.photos[y as usize] {
                    shared.push((x, y));
                }
            }
        }
        let pairs = (candidate.a.size() * candidate.b.size()) as f64;
        assert!((candidate.average - sum / pairs).abs() < 1e-5);
        let mut found = candidate.same_photo_pairs();
        found.sort_unstable();
        shared.sort_unstable();
        assert_eq!(found, shared);
        (candidate.a.size() + candidate.b.size() <= 4).then_some(candidate.average)
    };
    let labels = labels(&data, 16, &photos, 0.6, &rule);
    let largest = (0..60)
        .map(|l| labels.iter().filter(|&&x| x == l).count())
        .max();
    assert_eq!(largest, Some(4));
}
