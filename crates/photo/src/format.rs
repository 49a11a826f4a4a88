//! Tells what a file is by its first bytes. Names and extensions lie too often (a text file called
//! `.JPG`, a HEIC picture saved as `.jpg`), and "not supported" helps nobody who cannot see what the
//! file is instead.

use crate::Format;

/// How far into a file is looked to tell text from other things.
const TEXT_SAMPLE: usize = 512;

/// The format of a file that can be decoded.
pub(crate) fn recognise(bytes: &[u8]) -> Option<Format> {
    if bytes.starts_with(b"\xFF\xD8\xFF") {
        Some(Format::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
        Some(Format::Png)
    } else if iso_media(bytes) == Some("a HEIC picture") {
        Some(Format::Heic)
    } else {
        None
    }
}

/// First bytes, and what a file that has them looks like.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
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
    (b"II*\0", "a TIFF or raw picture"),
    (b"MM\0*", "a TIFF or raw picture"),
    (b"II+\0", "a TIFF picture"),
    (b"MM\0+", "a TIFF picture"),
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

/// MP4's container holds videos and the newer picture formats; the brand tells which.
fn iso_media(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    Some(match bytes.get(8..12)? {
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => {
            "a HEIC picture"
        }
        b"avif" | b"avis" => "an AVIF picture",
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
        b"WEBP" => "a WebP picture",
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
    use super::{recognise, resembles};
    use crate::Format;

    #[test]
    fn recognises_what_can_be_decoded() {
        assert_eq!(recognise(b"\xFF\xD8\xFF\xE0rest"), Some(Format::Jpeg));
        assert_eq!(recognise(b"\x89PNG\r\n\x1A\nrest"), Some(Format::Png));
        assert_eq!(recognise(b"\xFF\xD8"), None);
        assert_eq!(recognise(b""), None);
    }

    #[test]
    fn says_what_other_files_look_like() {
        let cases: &[(&[u8], &str)] = &[
            (b"GIF89a\x01\0\x01\0", "a GIF picture"),
            (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC picture"),
            (b"\0\0\0\x18ftypavif\0\0\0\0", "an AVIF picture"),
            (b"\0\0\0\x18ftypisom\0\0\0\0", "an MP4 video"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "a WebP picture"),
            (b"II*\0\x08\0\0\0", "a TIFF or raw picture"),
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
