//! Any bytes give facts that can be, or an error.

#![no_main]

use faceweave_photo::facts_of;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(facts) = facts_of(bytes) {
        assert!((1..=8).contains(&facts.orientation));
        assert_eq!(facts.latitude.is_some(), facts.longitude.is_some());
        assert!(facts.latitude.is_none_or(|degrees| degrees.abs() <= 90.0));
        assert!(facts.longitude.is_none_or(|degrees| degrees.abs() <= 180.0));
    }
});
