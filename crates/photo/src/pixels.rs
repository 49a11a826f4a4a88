//! The one picture type every step shares. It is apart so that detection, cropping and encoding
//! agree on a layout without knowing each other, and so that no other crate sees the decoder's types.

/// Pixels of a picture: `u8`, RGB, row-major `[height × width × 3]`, upright.
///
/// The fields are open for reading and for building; [`Rgb::from_data`] checks that they agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rgb {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width × height × 3` bytes.
    pub data: Vec<u8>,
}

impl Rgb {
    /// A picture filled with one colour.
    #[must_use]
    pub fn filled(width: u32, height: u32, colour: [u8; 3]) -> Self {
        let pixels = width as usize * height as usize;
        let data = if colour[0] == colour[1] && colour[1] == colour[2] {
            vec![colour[0]; pixels * 3]
        } else {
            colour.repeat(pixels)
        };
        Self {
            width,
            height,
            data,
        }
    }

    /// A picture from its bytes, or `None` if their number is not `width × height × 3`.
    #[must_use]
    pub fn from_data(width: u32, height: u32, data: Vec<u8>) -> Option<Self> {
        let expected = (width as usize)
            .checked_mul(height as usize)?
            .checked_mul(3)?;
        (data.len() == expected).then_some(Self {
            width,
            height,
            data,
        })
    }

    /// Row `y`, `width × 3` bytes; empty outside the picture.
    #[must_use]
    pub fn row(&self, y: u32) -> &[u8] {
        let stride = self.width as usize * 3;
        let start = y as usize * stride;
        self.data.get(start..start + stride).unwrap_or(&[])
    }

    /// The pixel at `x, y`, or `None` outside the picture.
    #[must_use]
    pub fn pixel(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        if x >= self.width {
            return None;
        }
        let start = x as usize * 3;
        match self.row(y).get(start..start + 3) {
            Some(&[r, g, b]) => Some([r, g, b]),
            _ => None,
        }
    }
}
