//! From the bytes of a file to an upright RGB photograph and the facts its EXIF block states, and
//! from pixels back to crops, thumbnails and mosaics. It is apart from face finding so that it knows
//! no model, and apart from the pipeline so that every function here works on one photograph, on the
//! caller's thread, with bounded memory. Nothing here trusts a file: sizes are checked before memory
//! is taken, and hostile bytes give an error, never a panic.
//!
//! Pixels are `u8`, RGB, row-major `[height × width × 3]`; coordinates are pixels of the upright
//! photograph with the origin at the top left.

mod colours;
mod crop;
mod decode;
mod encode;
mod error;
mod facts;
mod file;
mod fingerprint;
mod format;
mod gps;
mod jpeg;
mod mosaic;
mod orient;
mod pixels;
mod plain;
mod png;
mod private;
mod resize;
mod tiff;
mod webp;

pub use crop::{crop, crop_part};
pub use decode::{Photo, decode, decode_into, facts_of};
pub use encode::{encode_jpeg, thumbnail};
pub use error::PhotoError;
pub use facts::Facts;
pub use file::{Limits, content_hash, read};
pub use fingerprint::{NEAR_DUPLICATE, fingerprint};
pub use format::Format;
pub use mosaic::{Mosaic, mosaic};
pub use pixels::Rgb;
pub use private::write_private;
pub use resize::{resize_exact, resize_to_fit};
