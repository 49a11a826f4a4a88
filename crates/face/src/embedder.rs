//! What an embedder wants and gives: its input protocol as data, and the pure
//! steps around the network: chip → tensor, mirroring, adding, unit length.

use std::path::PathBuf;

use crate::chip::Chip;
use crate::similarity::Points;

/// Order of the colour channels in the network's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChannelOrder {
    /// Red, green, blue.
    #[default]
    Rgb,
    /// Blue, green, red.
    Bgr,
}

/// Order of the axes in the network's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TensorLayout {
    /// `[batch × channels × height × width]`.
    #[default]
    Nchw,
    /// `[batch × height × width × channels]`.
    Nhwc,
}

/// An embedder on aligned chips, as its card describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbedderSpec {
    /// Name, protocol and hash; vectors of two ids are never compared.
    pub id: String,
    /// Absolute path of the ONNX file.
    pub path: PathBuf,
    /// Side of the chip in pixels.
    pub size: u32,
    /// Where the five points go, in chip pixels.
    pub template: Points,
    /// Subtracted from each channel (in the network's channel order), 0 … 255.
    pub mean: [f32; 3],
    /// Multiplies after the subtraction.
    pub scale: f32,
    /// Order of the colours.
    pub channels: ChannelOrder,
    /// Order of the axes.
    pub layout: TensorLayout,
    /// Length of the vector.
    pub dims: usize,
    /// Also embed the mirrored chip and add both before normalising.
    pub mirror: bool,
}

impl EmbedderSpec {
    /// Inputs a face takes: the chip, and its mirror image where the protocol asks for it.
    pub(crate) fn views(&self) -> usize {
        if self.mirror { 2 } else { 1 }
    }

    /// Shape of the network's input for one face.
    pub(crate) fn input_shape(&self) -> [usize; 4] {
        let (views, side) = (self.views(), self.size as usize);
        match self.layout {
            TensorLayout::Nchw => [views, 3, side, side],
            TensorLayout::Nhwc => [views, side, side, 3],
        }
    }

    /// Writes the chip (and its mirror image) as the network takes it.
    pub(crate) fn fill(&self, chip: &Chip, tensor: &mut Vec<f32>) {
        let side = self.size as usize;
        tensor.clear();
        tensor.resize(self.views() * 3 * side * side, 0.0);
        for (view, target) in tensor.chunks_exact_mut(3 * side * side).enumerate() {
            for (row, line) in chip.data.chunks_exact(side * 3).enumerate() {
                for (column, pixel) in line.chunks_exact(3).enumerate() {
                    let column = if view == 1 { side - 1 - column } else { column };
                    for channel in 0..3 {
                        let source = if self.channels == ChannelOrder::Bgr {
                            2 - channel
                        } else {
                            channel
                        };
                        let value = (f32::from(pixel[source]) - self.mean[channel]) * self.scale;
                        let at = match self.layout {
                            TensorLayout::Nchw => (channel * side + row) * side + column,
                            TensorLayout::Nhwc => (row * side + column) * 3 + channel,
                        };
                        target[at] = value;
                    }
                }
            }
        }
    }
}

/// Adds the rows of a face's views and scales the sum to unit length, in `f64`.
///
/// `rows` is row-major `[views × dims]`. Returns `None` when the sum has no
/// direction (all zero, or not finite): such a face has no place on the sphere.
#[must_use]
pub fn normalise(rows: &[f32], dims: usize) -> Option<Vec<f32>> {
    let mut sum = vec![0.0_f64; dims];
    for row in rows.chunks_exact(dims) {
        for (total, value) in sum.iter_mut().zip(row) {
            *total += f64::from(*value);
        }
    }
    let length = sum.iter().map(|value| value * value).sum::<f64>().sqrt();
    if !length.is_finite() || length < 1e-9 {
        return None;
    }
    Some(sum.iter().map(|value| (value / length) as f32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(channels: ChannelOrder, layout: TensorLayout, mirror: bool) -> EmbedderSpec {
        EmbedderSpec {
            id: "test".into(),
            path: PathBuf::new(),
            size: 2,
            template: [[0.0; 2]; 5],
            mean: [1.0, 2.0, 3.0],
            scale: 0.5,
            channels,
            layout,
            dims: 2,
            mirror,
        }
    }

    fn chip() -> Chip {
        Chip {
            side: 2,
            data: (1..=12).collect(),
        }
    }

    #[test]
    fn planes_with_mean_and_scale() {
        let mut tensor = Vec::new();
        spec(ChannelOrder::Rgb, TensorLayout::Nchw, false).fill(&chip(), &mut tensor);
        assert_eq!(
            tensor,
            [0.0, 1.5, 3.0, 4.5, 0.0, 1.5, 3.0, 4.5, 0.0, 1.5, 3.0, 4.5]
        );
    }

    #[test]
    fn the_second_view_is_mirrored_left_to_right() {
        let mut tensor = Vec::new();
        spec(ChannelOrder::Rgb, TensorLayout::Nchw, true).fill(&chip(), &mut tensor);
        assert_eq!(tensor[12..16], [1.5, 0.0, 4.5, 3.0]);
    }

    #[test]
    fn bgr_and_interleaved() {
        let mut tensor = Vec::new();
        spec(ChannelOrder::Bgr, TensorLayout::Nhwc, false).fill(&chip(), &mut tensor);
        assert_eq!(tensor[..6], [1.0, 0.0, -1.0, 2.5, 1.5, 0.5]);
    }

    #[test]
    fn normalise_adds_views_and_gives_unit_length() {
        assert_eq!(normalise(&[1.0, 0.0, 2.0, 4.0], 2), Some(vec![0.6, 0.8]));
        assert_eq!(normalise(&[0.0, 0.0], 2), None);
        assert_eq!(normalise(&[f32::NAN, 1.0], 2), None);
    }
}
