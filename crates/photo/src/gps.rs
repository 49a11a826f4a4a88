//! Where a photograph was taken. Apart from the other facts because a wrong place is worse than none: a
//! receiver without a fix writes zeros, the last place it knew, or fractions of nothing.
//!
//! Source: EXIF 2.32, section 4.6.6 (GPS attributes).

use exif::{Exif, Tag, Value};

use crate::facts::{ascii, field};

/// Latitude and longitude in degrees, WGS 84, if the file states a place that can be.
pub(crate) fn place(exif: &Exif) -> Option<(f64, f64)> {
    if word(exif, Tag::GPSStatus).is_some_and(|status| status == "V") {
        return None;
    }
    // Cameras that state a datum state WGS 84, in many spellings; others lie up to a kilometre away.
    if word(exif, Tag::GPSMapDatum).is_some_and(|datum| !datum.contains("84")) {
        return None;
    }
    let latitude = coordinate(
        exif,
        Tag::GPSLatitude,
        Tag::GPSLatitudeRef,
        ["N", "S"],
        90.0,
    )?;
    let longitude = coordinate(
        exif,
        Tag::GPSLongitude,
        Tag::GPSLongitudeRef,
        ["E", "W"],
        180.0,
    )?;
    (latitude != 0.0 || longitude != 0.0).then_some((latitude, longitude))
}

/// A text without what is around it; `None` if nothing is left.
fn word(exif: &Exif, tag: Tag) -> Option<String> {
    let text = ascii(field(exif, tag)?)?;
    let text = text.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    (!text.is_empty()).then(|| text.to_ascii_uppercase())
}

/// Degrees, minutes and seconds as degrees, negative if the second direction is stated.
fn coordinate(exif: &Exif, value: Tag, direction: Tag, signs: [&str; 2], most: f64) -> Option<f64> {
    let Value::Rational(parts) = &field(exif, value)?.value else {
        return None;
    };
    let parts: [_; 3] = parts.as_slice().try_into().ok()?;
    if parts.iter().any(|part| part.denom == 0) {
        return None;
    }
    let [degrees, minutes, seconds] = parts.map(|part| part.to_f64());
    // Some writers put all of it into the degrees, or all below them into the minutes; none need 60.
    if minutes >= 60.0 || seconds >= 60.0 {
        return None;
    }
    let size = degrees + minutes / 60.0 + seconds / 3600.0;
    if size > most {
        return None;
    }
    let direction = word(exif, direction)?;
    match signs.iter().position(|sign| direction == *sign)? {
        0 => Some(size),
        // Not minus zero, which is printed as such.
        _ => Some(0.0 - size),
    }
}
