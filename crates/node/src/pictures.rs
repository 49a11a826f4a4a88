//! Pictures and their limits as they cross: decoded pixels, and what one file may cost.

use faceweave_photo::{Limits, Rgb};

use crate::error::JobError;

/// The picture that the caller decoded, if any.
pub(crate) fn pixels(
    data: Option<&[u8]>,
    width: Option<u32>,
    height: Option<u32>,
) -> Result<Option<Rgb>, JobError> {
    let Some(data) = data else { return Ok(None) };
    let (width, height) = (width.unwrap_or(0), height.unwrap_or(0));
    let expected = u64::from(width) * u64::from(height) * 3;
    if expected == 0 || expected != data.len() as u64 {
        return Err(JobError::argument(
            "pixels",
            "width × height × 3 bytes",
            format!("{} bytes for {width} × {height}", data.len()),
        ));
    }
    Ok(Rgb::from_data(width, height, data.to_vec()))
}

pub(crate) fn limits(max_pixels: f64, max_bytes: f64) -> Result<Limits, JobError> {
    let limit = |name: &str, value: f64| {
        if value >= 1.0 && value <= 2.0_f64.powi(53) {
            Ok(value as u64)
        } else {
            Err(JobError::argument(name, "a whole number from 1", value))
        }
    };
    Ok(Limits {
        max_pixels: limit("maxPixels", max_pixels)?,
        max_bytes: limit("maxBytes", max_bytes)?,
    })
}
