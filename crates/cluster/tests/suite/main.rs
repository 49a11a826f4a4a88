//! Tests of the crate's public face, in one binary: references, agreement of independent ways, rules, limits.

mod agreement;
mod approximately;
mod density_properties;
mod density_reference;
mod extend;
mod leiden;
mod linkage_rules;
mod linkages;
mod nearest;
mod photos;
mod reference;
mod running;
mod schedule;
mod support;
mod tiers;
mod whispers;
