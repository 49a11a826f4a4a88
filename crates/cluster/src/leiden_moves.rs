//! The two steps of Leiden on one level: moving single nodes, and refining the communities this gives.
//!
//! Apart from the loop over levels because each step is a rule of its own in the paper. Both run on one thread in an
//! order drawn from the seed.

use std::collections::VecDeque;

use crate::context::Context;
use crate::error::ClusterError;
use crate::leiden_level::{Level, Sums};
use crate::random::Random;

/// How many nodes are visited between two looks at the cancel flag.
const CHECK: usize = 4096;

/// A gain below this share of the edge weights that make it is rounding, no gain; else nodes could move to and fro for ever.
const ROUNDING: f64 = 1e-12;

/// Fast local moving: nodes go where quality gains most, until none gains by moving; a moved node's neighbours are
/// looked at again. `community_of` numbers communities below the number of nodes and is changed in place.
pub(crate) fn move_nodes(
    level: &Level,
    resolution: f64,
    community_of: &mut [u32],
    random: &mut Random,
    context: &Context<'_>,
) -> Result<(), ClusterError> {
    let nodes = level.len();
    let mut sizes = vec![0.0; nodes];
    let mut counts = vec![0_u32; nodes];
    for (node, &community) in community_of.iter().enumerate() {
        sizes[community as usize] += level.size(node);
        counts[community as usize] += 1;
    }
    let mut unused: Vec<u32> = (0..nodes as u32)
        .rev()
        .filter(|&c| counts[c as usize] == 0)
        .collect();
    let mut queue: VecDeque<u32> = random.order(nodes).into();
    let mut queued = vec![true; nodes];
    let mut sums = Sums::new(nodes);
    let mut visits = 0_usize;
    while let Some(node) = queue.pop_front() {
        if visits.is_multiple_of(CHECK) {
            context.check()?;
        }
        visits += 1;
        let node = node as usize;
        queued[node] = false;
        let (from, size) = (community_of[node], level.size(node));
        for (other, weight) in level.edges_of(node) {
            sums.add(community_of[other], weight);
        }
        let gain = |community: u32, rest: f64| sums.of(community) - resolution * size * rest;
        let stay = gain(from, sizes[from as usize] - size);
        let mut best = (stay, from);
        // Alone in a community of its own a node gains nothing and loses nothing.
        let apart = if counts[from as usize] > 1 {
            unused.last()
        } else {
            None
        };
        for &to in sums.met.iter().filter(|&&to| to != from) {
            let found = gain(to, sizes[to as usize]);
            if found > best.0 {
                best = (found, to);
            }
        }
        if let Some(&to) = apart
            && best.0 < 0.0
        {
            best = (0.0, to);
        }
        let scale = sums.met.iter().map(|&to| sums.of(to)).sum::<f64>();
        sums.clear();
        let to = best.1;
        if to == from || best.0 - stay <= ROUNDING * scale {
            continue;
        }
        if counts[to as usize] == 0 {
            unused.pop();
        }
        sizes[from as usize] -= size;
        counts[from as usize] -= 1;
        if counts[from as usize] == 0 {
            sizes[from as usize] = 0.0;
            unused.push(from);
        }
        sizes[to as usize] += size;
        counts[to as usize] += 1;
        community_of[node] = to;
        for (other, _) in level.edges_of(node) {
            if community_of[other] != to && !queued[other] {
                queued[other] = true;
                queue.push_back(other as u32);
            }
        }
    }
    Ok(())
}

/// Refinement: within each community nodes start alone again and join others of it, only along edges, only where both sides are
/// well connected to the rest of the community, and of the places that do not lower the quality a random one, better ones
/// more likely. Gives the refined group of each node, numbered below the number of nodes.
pub(crate) fn refine(
    level: &Level,
    resolution: f64,
    randomness: f64,
    community_of: &[u32],
    random: &mut Random,
    context: &Context<'_>,
) -> Result<Vec<u32>, ClusterError> {
    let nodes = level.len();
    let mut community_sizes = vec![0.0; nodes];
    for (node, &community) in community_of.iter().enumerate() {
        community_sizes[community as usize] += level.size(node);
    }
    let mut group_of: Vec<u32> = (0..nodes as u32).collect();
    let mut alone = vec![true; nodes];
    let mut sizes: Vec<f64> = (0..nodes).map(|node| level.size(node)).collect();
    // Weight of the edges from a group to the rest of its community.
    let mut outward: Vec<f64> = (0..nodes)
        .map(|node| {
            let inside = level
                .edges_of(node)
                .filter(|&(other, _)| community_of[other] == community_of[node]);
            inside.map(|(_, weight)| weight).sum()
        })
        .collect();
    let mut sums = Sums::new(nodes);
    let mut choices: Vec<(f64, u32)> = Vec::new();
    for (visit, node) in random.order(nodes).into_iter().enumerate() {
        if visit.is_multiple_of(CHECK) {
            context.check()?;
        }
        let node = node as usize;
        let community = community_of[node];
        let whole = community_sizes[community as usize];
        let connected = |outward: f64, size: f64| outward >= resolution * size * (whole - size);
        let size = level.size(node);
        if !alone[node] || !connected(outward[node], size) {
            continue;
        }
        for (other, weight) in level.edges_of(node) {
            if community_of[other] == community {
                sums.add(group_of[other], weight);
            }
        }
        // Staying alone is a choice too, and gains 0.
        choices.clear();
        choices.push((0.0, node as u32));
        for &group in &sums.met {
            let rest = sizes[group as usize];
            let gain = sums.of(group) - resolution * size * rest;
            if gain >= 0.0 && connected(outward[group as usize], rest) {
                choices.push((gain, group));
            }
        }
        let to = draw(&choices, randomness, random);
        if to as usize != node {
            let between = sums.of(to);
            outward[to as usize] += outward[node] - 2.0 * between;
            sizes[to as usize] += size;
            group_of[node] = to;
            alone[to as usize] = false;
        }
        sums.clear();
    }
    Ok(group_of)
}

/// One of the choices, each with a probability that grows as e^(gain / randomness).
fn draw(choices: &[(f64, u32)], randomness: f64, random: &mut Random) -> u32 {
    let most = choices
        .iter()
        .fold(0.0_f64, |most, choice| most.max(choice.0));
    let share = |gain: f64| ((gain - most) / randomness).exp();
    let all: f64 = choices.iter().map(|choice| share(choice.0)).sum();
    let mut left = random.unit() * all;
    let mut last = choices[0].1;
    for &(gain, group) in choices {
        let share = share(gain);
        if share > 0.0 {
            last = group;
            left -= share;
            if left < 0.0 {
                break;
            }
        }
    }
    last
}
