//! Tests of the crate's public face, in one binary: references, agreement of independent ways, rules, limits.

mod agreement;
mod density_properties;
mod density_reference;
mod linkage_rules;
mod photos;
mod reference;
mod running;
mod support;
mod tiers;
