//! Walks the markers of a JPEG file and says what it holds, before any pixel is decoded: size,
//! components, EXIF block, which scans there are and whether the file ends as it should. It is apart
//! from decoding because it must be cheap and must not trust anything: the pixel limit and the
//! verdict "cut short" depend on it. It also rewrites the file without what decoding does not need,
//! so that a broken EXIF, XMP or colour profile segment can never make a photograph fail.
//!
//! Source: ITU-T T.81 (markers, table B.1; scans, B.2.3; progressive, G.1.1).

use crate::PhotoError;

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;
const DRI: u8 = 0xDD;
const DHT: u8 = 0xC4;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP14: u8 = 0xEE;

/// More components than this no decoder handles.
const MAX_COMPONENTS: usize = 4;
/// Cameras and encoders write about ten scans; every one of them goes through the whole picture, so that
/// thousands, of a few bytes each, would take minutes. The same number as in libjpeg-turbo's own tests.
const MAX_SCANS: u32 = 500;
/// So many zero bytes at the end of a file without an end marker are taken for space that a stopped
/// copy had reserved (disks reserve whole sectors). Fewer may be the data of an even area.
const RESERVED_SPACE: usize = 512;

/// How the Adobe segment says the components are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Adobe {
    /// No Adobe segment.
    Absent,
    /// Components are stored as they are: RGB or CMYK.
    Plain,
    /// Components went through the YCC transform: YCbCr or YCCK.
    Transformed,
}

/// What the markers of a JPEG file say.
#[derive(Debug)]
pub(crate) struct Structure<'a> {
    pub width: u32,
    pub height: u32,
    pub components: usize,
    pub adobe: Adobe,
    /// The TIFF structure of the first EXIF segment.
    pub exif: Option<&'a [u8]>,
    /// The image ended with its end marker.
    pub ends: bool,
    /// What is missing although the data was walked to its end.
    pub gap: Option<&'static str>,
    /// What a decoder needs, in file order; entropy-coded data included, the end marker not.
    parts: Vec<&'a [u8]>,
}

impl Structure<'_> {
    /// The file reduced to what decoding needs, without its end marker.
    pub(crate) fn reduced(&self) -> Vec<u8> {
        let length: usize = self.parts.iter().map(|part| part.len()).sum();
        let mut out = Vec::with_capacity(length + 32);
        out.extend_from_slice(&[0xFF, SOI]);
        if self.components == MAX_COMPONENTS {
            let transform = match self.adobe {
                Adobe::Transformed => 2,
                Adobe::Plain | Adobe::Absent => 0,
            };
            out.extend_from_slice(&[0xFF, APP14, 0, 14]);
            out.extend_from_slice(b"Adobe\0\x64\0\0\0\0");
            out.push(transform);
        }
        for part in &self.parts {
            out.extend_from_slice(part);
        }
        out
    }
}

/// What a frame header states.
struct Frame {
    width: u32,
    height: u32,
    progressive: bool,
    /// Component identifiers, in frame order.
    ids: Vec<u8>,
    /// Horizontal and vertical sampling factor of each component.
    sampling: Vec<(u32, u32)>,
    /// For each component and coefficient, how many low bits are still missing; 255 = not seen.
    missing_bits: Vec<[u8; 64]>,
}

impl Frame {
    /// Notes what the scan whose header is given brings, and returns how many units (MCUs) it must
    /// have. `None` if the header does not fit the frame.
    fn add_scan(&mut self, scan: &[u8]) -> Option<u64> {
        let count = usize::from(*scan.first()?);
        let tail = scan.get(1 + count * 2..)?;
        let (first, last, low) = match tail {
            [first, last, approximation, ..] if self.progressive => {
                (usize::from(*first), usize::from(*last), approximation & 15)
            }
            _ => (0, 63, 0),
        };
        let mut component = 0;
        for number in 0..count {
            let id = *scan.get(1 + number * 2)?;
            component = self.ids.iter().position(|&known| known == id)?;
            let bits = self.missing_bits.get_mut(component)?;
            bits.get_mut(first..=last)?.fill(low);
        }
        Some(self.units((count == 1).then_some(component)))
    }

    /// Units of a scan of one component (its blocks of 8 × 8), or of several (blocks of all of them).
    fn units(&self, alone: Option<usize>) -> u64 {
        let most = |side: fn(&(u32, u32)) -> u32| self.sampling.iter().map(side).max().unwrap_or(1);
        let (most_across, most_down) = (most(|s| s.0), most(|s| s.1));
        let (across, down) = match alone.and_then(|component| self.sampling.get(component)) {
            Some(&(across, down)) => (across, down),
            None => (1, 1),
        };
        let columns = (self.width * across).div_ceil(most_across * 8);
        let rows = (self.height * down).div_ceil(most_down * 8);
        u64::from(columns) * u64::from(rows)
    }

    /// Every component has come, at least coarsely.
    fn every_component_seen(&self) -> bool {
        self.missing_bits.iter().all(|bits| bits[0] != 255)
    }

    /// Every coefficient has come with every bit.
    fn every_bit_seen(&self) -> bool {
        self.missing_bits.iter().flatten().all(|&bits| bits == 0)
    }
}

/// Walks the markers of `bytes`, which begin with `FF D8 FF`.
///
/// *Errors*: `PHOTO_DECODE` for a file without frame or scan, or of a JPEG variant that is not
/// decoded. *Cost*: one pass over the bytes; memory for the list of segments.
pub(crate) fn structure(bytes: &[u8]) -> Result<Structure<'_>, PhotoError> {
    let mut frame: Option<Frame> = None;
    let mut adobe = Adobe::Absent;
    let mut exif = None;
    let mut parts: Vec<&[u8]> = Vec::new();
    let mut scans = 0_u32;
    let mut ends = false;
    let mut restart_interval = 0;
    let mut restarts_missing = false;
    let mut at = 2;
    while let Some((marker, body)) = next_marker(bytes, at) {
        at = body;
        if matches!(marker, 0x01 | 0xD0..=0xD7) || (marker == SOI && scans == 0) {
            continue;
        }
        if marker == EOI || marker == SOI {
            ends = marker == EOI;
            break;
        }
        let Some(segment) = segment(bytes, body) else {
            break;
        };
        let whole = bytes.get(body - 2..body + 2 + segment.len());
        at = body + 2 + segment.len();
        match marker {
            0xC0..=0xC2 => {
                if frame.is_some() {
                    break;
                }
                frame = Some(read_frame(marker, segment)?);
                parts.extend(whole);
            }
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Err(PhotoError::decode(unsupported(marker)));
            }
            DHT | DQT => parts.extend(whole),
            DRI => {
                restart_interval = segment.first_chunk().map_or(0, |&n| u16::from_be_bytes(n));
                parts.extend(whole);
            }
            APP0 if segment.starts_with(b"AVI1") => parts.extend(whole),
            APP1 if exif.is_none() => exif = segment.strip_prefix(b"Exif\0\0"),
            APP14 => adobe = read_adobe(segment).unwrap_or(adobe),
            SOS => {
                let Some(frame) = frame.as_mut() else {
                    return Err(PhotoError::decode("its picture data comes before its size"));
                };
                let Some(units) = frame.add_scan(segment) else {
                    break;
                };
                scans += 1;
                if scans > MAX_SCANS {
                    return Err(PhotoError::decode(
                        "it has more scans than any picture needs",
                    ));
                }
                let (data_end, restarts) = entropy_end(bytes, at);
                if restart_interval > 0 {
                    restarts_missing |= restarts + 1 < units.div_ceil(restart_interval.into());
                }
                parts.extend(whole);
                parts.extend(bytes.get(at..data_end));
                at = data_end;
                if !frame.progressive && frame.every_component_seen() {
                    ends = matches!(next_marker(bytes, at), Some((EOI, _)));
                    break;
                }
            }
            _ => {}
        }
    }
    let Some(frame) = frame else {
        return Err(PhotoError::decode("it ends before the picture begins"));
    };
    if !ends && at_reserved_space(bytes) {
        trim_reserved_space(&mut parts);
    }
    let gap = if scans == 0 {
        Some("it ends before the picture begins")
    } else if !frame.every_component_seen() {
        Some("it is cut short: some of its colours are missing")
    } else if restarts_missing {
        Some("it is cut short or damaged: some of its restart markers are missing")
    } else if !ends && !frame.every_bit_seen() {
        Some("it is cut short: its last refinements are missing")
    } else {
        None
    };
    Ok(Structure {
        width: frame.width,
        height: frame.height,
        components: frame.ids.len(),
        adobe,
        exif,
        ends,
        gap,
        parts,
    })
}

/// The next marker at or after `at`, with the place just behind it. Bytes before it are skipped, as
/// every reader does.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += memchr::memchr(0xFF, bytes.get(at..)?)? + 1;
        while bytes.get(at) == Some(&0xFF) {
            at += 1;
        }
        let &marker = bytes.get(at)?;
        at += 1;
        if marker != 0 {
            return Some((marker, at));
        }
    }
}

/// The content of the segment whose length field is at `at`; `None` if it goes beyond the file.
fn segment(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let &[high, low] = bytes.get(at..at + 2)? else {
        return None;
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    bytes.get(at + 2..at + length)
}

/// Where entropy-coded data that begins at `at` ends, which is at the first marker that is not a
/// restart, and how many restarts it has.
fn entropy_end(bytes: &[u8], mut at: usize) -> (usize, u64) {
    let mut restarts = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(0xFF, rest)) {
        let start = at + found;
        let mut last = start;
        // Fill bytes: the marker is what follows the last of them.
        while bytes.get(last + 1) == Some(&0xFF) {
            last += 1;
        }
        match bytes.get(last + 1) {
            Some(0) => {}
            Some(0xD0..=0xD7) => restarts += 1,
            _ => return (start, restarts),
        }
        at = last + 2;
    }
    (bytes.len(), restarts)
}

fn at_reserved_space(bytes: &[u8]) -> bool {
    let tail = bytes.len().saturating_sub(RESERVED_SPACE);
    bytes
        .get(tail..)
        .is_some_and(|zeros| zeros.iter().all(|&b| b == 0))
}

fn trim_reserved_space(parts: &mut [&[u8]]) {
    if let Some(last) = parts.last_mut() {
        let kept = last.iter().rposition(|&b| b != 0).map_or(0, |at| at + 1);
        *last = last.get(..kept).unwrap_or(last);
    }
}

fn read_frame(marker: u8, segment: &[u8]) -> Result<Frame, PhotoError> {
    let damaged = || PhotoError::decode("its frame header is damaged");
    let (head, rest) = segment.split_first_chunk::<6>().ok_or_else(damaged)?;
    let [precision, h1, h0, w1, w0, count] = *head;
    if precision != 8 {
        return Err(PhotoError::decode(format!(
            "a JPEG of {precision} bits a sample is not supported (8 are)"
        )));
    }
    let count = usize::from(count);
    if !matches!(count, 1 | 3 | MAX_COMPONENTS) {
        return Err(PhotoError::decode(format!(
            "a JPEG of {count} components is not supported (1, 3 and 4 are)"
        )));
    }
    let (components, _) = rest.as_chunks::<3>();
    let components = components.get(..count).ok_or_else(damaged)?;
    let sampling: Vec<_> = components
        .iter()
        .map(|&[_, factors, _]| (u32::from(factors >> 4), u32::from(factors & 15)))
        .collect();
    let lawful = sampling
        .iter()
        .all(|(across, down)| (1..=4).contains(across) && (1..=4).contains(down));
    let width = u32::from(u16::from_be_bytes([w1, w0]));
    let height = u32::from(u16::from_be_bytes([h1, h0]));
    if !lawful || width == 0 || height == 0 {
        return Err(damaged());
    }
    Ok(Frame {
        width,
        height,
        progressive: marker == 0xC2,
        ids: components.iter().map(|&[id, _, _]| id).collect(),
        sampling,
        missing_bits: vec![[255; 64]; count],
    })
}

fn read_adobe(segment: &[u8]) -> Option<Adobe> {
    let rest = segment.strip_prefix(b"Adobe")?;
    // Version, two flag words, then the transform.
    Some(match rest.get(6)? {
        0 => Adobe::Plain,
        _ => Adobe::Transformed,
    })
}

fn unsupported(marker: u8) -> &'static str {
    match marker {
        0xC3 | 0xC7 | 0xCB | 0xCF => "a lossless JPEG is not supported",
        0xC9..=0xCE => "an arithmetic-coded JPEG is not supported",
        _ => "a hierarchical JPEG is not supported",
    }
}
