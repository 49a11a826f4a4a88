//! Tests of the crate's public face, in one binary: references, agreement of independent ways, rules, limits.

mod agreement;
mod leiden;
mod linkage_rules;
mod nearest;
mod photos;
mod reference;
mod running;
mod support;
mod tiers;
mod whispers;
