//! Tells what a file is by its first bytes. Names and extensions lie too often (a text file called
//! `.JPG`, a HEIC picture saved as `.jpg`), and "not supported" helps nobody who cannot see what the
//! file is instead.

/// The format a file turned out to have, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Baseline or progressive JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP, lossy or lossless.
    WebP,
    /// GIF; its first picture.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// TIFF or `BigTIFF`; its first page.
    Tiff,
    /// HEIC and other HEIF pictures: known, not decoded.
    Heic,
    /// AVIF: known, not decoded.
    Avif,
}

impl Format {
    /// The format's name in small letters: `jpeg`, `png`, `webp`, `gif`, `bmp`, `tiff`, `heic`, `avif`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::Tiff => "tiff",
            Self::Heic => "heic",
            Self::Avif => "avif",
        }
    }

    /// As a sentence names it: "an AVIF picture".
    pub(crate) fn with_article(self) -> &'static str {
        match self {
            Self::Jpeg => "a JPEG picture",
            Self::Png => "a PNG picture",
            Self::WebP => "a WebP picture",
            Self::Gif => "a GIF picture",
            Self::Bmp => "a BMP picture",
            Self::Tiff => "a TIFF picture",
            Self::Heic => "a HEIC picture",
            Self::Avif => "an AVIF picture",
        }
    }
}

/// How far into a file is looked to tell text from other things.
const TEXT_SAMPLE: usize = 512;
/// Most bytes of a container's first box that are looked at for brands.
const BRANDS: usize = 256;
/// Lengths of the headers that BMP has had, from OS/2 1.x to version 5.
const BMP_HEADERS: [u32; 8] = [12, 16, 40, 52, 56, 64, 108, 124];

/// The format of a file that is a picture.
pub(crate) fn recognise(bytes: &[u8]) -> Option<Format> {
    if bytes.starts_with(b"\xFF\xD8\xFF") {
        Some(Format::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
        Some(Format::Png)
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        Some(Format::Gif)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(Format::WebP)
    } else if is_tiff(bytes) {
        Some(Format::Tiff)
    } else if is_bmp(bytes) {
        Some(Format::Bmp)
    } else {
        heif(bytes)
    }
}

/// TIFF, unless the camera's maker marked the file as raw; other raw files are told by their tags.
fn is_tiff(bytes: &[u8]) -> bool {
    [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"]
        .iter()
        .any(|magic| bytes.starts_with(*magic))
        && bytes.get(8..10) != Some(b"CR")
}

/// Two letters are too few to tell a picture from a text about cars.
fn is_bmp(bytes: &[u8]) -> bool {
    let header = bytes.get(14..18).and_then(|length| length.first_chunk());
    bytes.starts_with(b"BM")
        && header.is_some_and(|&length| BMP_HEADERS.contains(&u32::from_le_bytes(length)))
}

/// Pictures in MP4's container. The main brand may be one that all of them share; then the list of
/// brands tells.
fn heif(bytes: &[u8]) -> Option<Format> {
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    match bytes.get(8..12)? {
        b"avif" | b"avis" => Some(Format::Avif),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some(Format::Heic),
        b"mif1" | b"msf1" | b"miaf" | b"MiHE" => {
            let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
            let brands = bytes.get(16..length.clamp(16, BRANDS).min(bytes.len()));
            let (brands, _) = brands.unwrap_or_default().as_chunks::<4>();
            let avif = brands
                .iter()
                .any(|brand| brand == b"avif" || brand == b"avis");
            Some(if avif { Format::Avif } else { Format::Heic })
        }
        _ => None,
    }
}

/// First bytes, and what a file that has them looks like.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"8BPS", "a Photoshop document"),
    (b"\xFF\x0A", "a JPEG XL picture"),
    (b"\0\0\0\x0CJXL ", "a JPEG XL picture"),
    (b"\0\0\0\x0CjP  ", "a JPEG 2000 picture"),
    (b"\xFF\x4F\xFF\x51", "a JPEG 2000 picture"),
    (b"II\xBC\x01", "a JPEG XR picture"),
    (b"FUJIFILMCCD-RAW", "a Fujifilm raw picture"),
    (b"IIRO", "an Olympus raw picture"),
    (b"IIU\0", "a Panasonic raw picture"),
    (b"II*\0\x10\0\0\0CR", "a Canon raw picture"),
    (b"\0\0\x01\0", "an icon"),
    (b"\x76\x2F\x31\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance picture"),
    (b"qoif", "a QOI picture"),
    (b"%PDF", "a PDF"),
    (b"%!PS", "a PostScript document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xD0\xCF\x11\xE0", "an old Office document"),
    (b"PK\x03\x04", "a ZIP archive or Office document"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"7z\xBC\xAF", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x1A\x45\xDF\xA3", "a Matroska or WebM video"),
    (b"\0\0\x01\xBA", "an MPEG video"),
    (b"ID3", "an MP3 sound"),
    (b"OggS", "an Ogg sound or video"),
    (b"fLaC", "a FLAC sound"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7FELF", "a program"),
    (b"MZ", "a program"),
    (b"\0\x05\x16\x07", "a macOS companion file (\"._\" name)"),
];

/// What a file that cannot be decoded looks like, with its article.
pub(crate) fn resembles(bytes: &[u8]) -> &'static str {
    if let Some(kind) = iso_media(bytes).or_else(|| riff(bytes)) {
        return kind;
    }
    if let Some((_, kind)) = SIGNATURES
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic))
    {
        return kind;
    }
    let sample = bytes.get(..TEXT_SAMPLE).unwrap_or(bytes);
    if sample.iter().all(|&byte| byte == 0) {
        return "a file of zeros (a copy that failed?)";
    }
    if sample.starts_with(b"\xFF\xD8") || sample.starts_with(b"\x89PNG") {
        return "a damaged picture";
    }
    markup(sample).unwrap_or("a file of an unknown kind")
}

/// MP4's container holds videos, too; the brand tells which.
fn iso_media(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    Some(match bytes.get(8..12)? {
        b"crx " => "a Canon raw picture",
        b"qt  " => "a QuickTime video",
        _ => "an MP4 video",
    })
}

fn riff(bytes: &[u8]) -> Option<&'static str> {
    if !bytes.starts_with(b"RIFF") {
        return None;
    }
    Some(match bytes.get(8..12)? {
        b"AVI " => "an AVI video",
        b"WAVE" => "a WAV sound",
        _ => "a RIFF file",
    })
}

fn markup(sample: &[u8]) -> Option<&'static str> {
    if sample.starts_with(b"\xFF\xFE") || sample.starts_with(b"\xFE\xFF") {
        return Some("a text file");
    }
    let is_text = sample
        .iter()
        .all(|&byte| byte >= 0x20 && byte != 0x7F || matches!(byte, b'\t' | b'\r' | b'\n' | 0x0C));
    if !is_text {
        return None;
    }
    let text = sample.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(sample);
    let start = text.trim_ascii_start().to_ascii_lowercase();
    Some(if start.starts_with(b"<svg") {
        "an SVG drawing"
    } else if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") {
        "a web page"
    } else if start.starts_with(b"<?xml") {
        if start.windows(4).any(|part| part == b"<svg") {
            "an SVG drawing"
        } else {
            "an XML file"
        }
    } else {
        "a text file"
    })
}

#[cfg(test)]
mod tests {
    use super::{Format, recognise, resembles};
    #[test]
    fn recognises_what_can_be_decoded() {
        assert_eq!(recognise(b"\xFF\xD8\xFF\xE0rest"), Some(Format::Jpeg));
        assert_eq!(recognise(b"\x89PNG\r\n\x1A\nrest"), Some(Format::Png));
        for (bytes, format) in [
            (&b"GIF89a\x01\0\x01\0"[..], Format::Gif),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Format::Heic),
            (b"\0\0\0\x18ftypavif\0\0\0\0mif1miaf", Format::Avif),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", Format::Avif),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", Format::Heic),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Format::WebP),
            (b"II*\0\x08\0\0\0", Format::Tiff),
            (b"MM\0+\0\x08\0\0", Format::Tiff),
            (b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", Format::Bmp),
        ] {
            assert_eq!(recognise(bytes), Some(format));
            assert!(format.with_article().to_lowercase().contains(format.name()));
        }
        assert_eq!(recognise(b"BMW and other cars, a text"), None);
        assert_eq!(recognise(b"II*\0\x10\0\0\0CR\x02\0"), None);
        assert_eq!(recognise(b"\0\0\0\x18ftypisom\0\0\0\0"), None);
        assert_eq!(recognise(b"\xFF\xD8"), None);
        assert_eq!(recognise(b""), None);
    }

    #[test]
    fn says_what_other_files_look_like() {
        let cases: &[(&[u8], &str)] = &[
            (b"\0\0\0\x18ftypisom\0\0\0\0", "an MP4 video"),
            (b"RIFF\x10\0\0\0AVI LIST", "an AVI video"),
            (b"II*\0\x10\0\0\0CR\x02\0", "a Canon raw picture"),
            (b"BMW and other cars", "a text file"),
            (b"%PDF-1.7", "a PDF"),
            (b"PK\x03\x04\x14\0", "a ZIP archive or Office document"),
            (b"Hello, this is no picture\n", "a text file"),
            ("Größe".as_bytes(), "a text file"),
            (b"\xFF\xFEH\0i\0", "a text file"),
            (b"<!DOCTYPE html><p>404", "a web page"),
            (b"<?xml version='1.0'?><svg/>", "an SVG drawing"),
            (b"\0\0\0\0\0\0\0\0", "a file of zeros (a copy that failed?)"),
            (b"\x01\x02\x03\x04", "a file of an unknown kind"),
            (b"\xFF\xD8\0\0", "a damaged picture"),
        ];
        for (bytes, kind) in cases {
            assert_eq!(
                resembles(bytes),
                *kind,
                "{:?}",
                String::from_utf8_lossy(bytes)
            );
        }
    }
}
