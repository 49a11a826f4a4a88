//! Tests of the crate's public face, in one binary: references, agreement of independent ways, rules, limits.

mod agreement;
<<<<<<< HEAD
mod extend;
=======
mod density_properties;
mod density_reference;
>>>>>>> density
mod linkage_rules;
mod linkages;
mod photos;
mod reference;
mod running;
mod schedule;
mod support;
mod tiers;
