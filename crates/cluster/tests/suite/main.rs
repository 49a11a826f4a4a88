//! Tests of the crate's public face, in one binary: references, agreement of independent ways, rules, limits.

mod agreement;
mod extend;
mod linkage_rules;
mod linkages;
mod photos;
mod reference;
mod running;
mod schedule;
mod support;
mod tiers;
