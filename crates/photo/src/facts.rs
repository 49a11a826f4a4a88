//! What a file states about its photograph besides pixels: when, with which camera, which side up.
//! The EXIF block is somebody else's data in a format that is easily broken; everything here returns
//! "not stated" rather than an error, and a date that cannot be is not a date.

use std::io::Cursor;

use exif::{Exif, Field, In, Reader, Tag, Value};

use crate::Format;
use crate::gps::place;

/// Longest text that is kept; cameras' names are far shorter.
const MAX_TEXT: usize = 256;
/// Photography begins in the 1820s; archives date scans of prints. An earlier year is a clock's fault.
const EARLIEST_YEAR: u32 = 1800;

/// What the file states about the photograph; `None` = not stated, or stated unusably.
///
/// Texts are trimmed, have no control or direction-changing characters, and at most 256 characters.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The format by content.
    pub format: Format,
    /// EXIF orientation 1–8 as stored in the file (already applied to the pixels); 1 if absent.
    pub orientation: u8,
    /// Local time of exposure, ISO 8601 `1997-08-04T10:29:00`, followed by `+02:00` if the file states
    /// a valid offset. From `DateTimeOriginal`, else from `DateTimeDigitized`; never from the file's
    /// own dates, nor from `DateTime`, which editors change. Years before 1800 and impossible dates
    /// are not stated.
    pub taken_at: Option<String>,
    /// Maker of the camera.
    pub make: Option<String>,
    /// Model of the camera.
    pub model: Option<String>,
    /// Serial number of the camera's body.
    pub serial: Option<String>,
    /// Degrees north of the equator, WGS 84, -90 to 90; given together with the longitude or not at all.
    /// Not stated: a place without its hemisphere, one that cannot be, one that the receiver itself calls
    /// void or gives in another datum, and 0° 0' (no photograph is taken there; receivers without a fix
    /// write it).
    pub latitude: Option<f64>,
    /// Degrees east of Greenwich, WGS 84, -180 to 180.
    pub longitude: Option<f64>,
}

/// Reads the facts from an EXIF block (beginning at its TIFF header), as far as it can be read.
pub(crate) fn read_facts(format: Format, block: Option<&[u8]>) -> Facts {
    facts(format, block.and_then(parse).as_ref())
}

/// Reads the facts from a HEIC or AVIF file, whose container the EXIF reader knows.
pub(crate) fn read_container(format: Format, bytes: &[u8]) -> Facts {
    let exif = Reader::new()
        .continue_on_error(true)
        .read_from_container(&mut Cursor::new(bytes))
        .or_else(|error| error.distill_partial_result(|_| {}))
        .ok();
    facts(format, exif.as_ref())
}

fn facts(format: Format, exif: Option<&Exif>) -> Facts {
    let place = exif.and_then(place);
    let text = |tag| exif.and_then(|exif| text(field(exif, tag)?));
    Facts {
        format,
        orientation: exif.and_then(orientation).unwrap_or(1),
        taken_at: exif.and_then(|exif| {
            taken_at(exif, Tag::DateTimeOriginal, Tag::OffsetTimeOriginal)
                .or_else(|| taken_at(exif, Tag::DateTimeDigitized, Tag::OffsetTimeDigitized))
        }),
        make: text(Tag::Make),
        model: text(Tag::Model),
        serial: text(Tag::BodySerialNumber),
        latitude: place.map(|(latitude, _)| latitude),
        longitude: place.map(|(_, longitude)| longitude),
    }
}

fn parse(block: &[u8]) -> Option<Exif> {
    // Some writers repeat the JPEG segment's prefix in a PNG chunk.
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    Reader::new()
        .continue_on_error(true)
        .read_raw(block.to_vec())
        .or_else(|error| error.distill_partial_result(|_| {}))
        .ok()
}

pub(crate) fn field(exif: &Exif, tag: Tag) -> Option<&Field> {
    exif.get_field(tag, In::PRIMARY)
}

fn orientation(exif: &Exif) -> Option<u8> {
    let value = field(exif, Tag::Orientation)?.value.get_uint(0)?;
    u8::try_from(value)
        .ok()
        .filter(|value| (1..=8).contains(value))
}

/// The first string of an ASCII field. EXIF's ASCII is UTF-8 in practice, Latin-1 in old files.
pub(crate) fn ascii(field: &Field) -> Option<String> {
    let Value::Ascii(strings) = &field.value else {
        return None;
    };
    let bytes = strings.first()?;
    let kept = bytes.get(..MAX_TEXT * 4).unwrap_or(bytes);
    Some(match std::str::from_utf8(kept) {
        Ok(text) => text.to_owned(),
        // Cut inside a character.
        Err(error) if error.error_len().is_none() && kept.len() < bytes.len() => {
            String::from_utf8_lossy(kept.get(..error.valid_up_to())?).into_owned()
        }
        Err(_) => kept.iter().map(|&byte| char::from(byte)).collect(),
    })
}

fn text(field: &Field) -> Option<String> {
    let kept: String = ascii(field)?
        .chars()
        .filter(|&letter| !letter.is_control() && !changes_direction(letter))
        .collect();
    let kept: String = kept.trim().chars().take(MAX_TEXT).collect();
    let kept = kept.trim_end();
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// Invisible characters that reorder or join what stands around them on a page or a terminal.
fn changes_direction(letter: char) -> bool {
    matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

fn taken_at(exif: &Exif, time: Tag, offset: Tag) -> Option<String> {
    let mut stated = iso_time(&ascii(field(exif, time)?)?)?;
    if let Some(offset) = field(exif, offset)
        .and_then(ascii)
        .and_then(|o| iso_offset(&o))
    {
        stated.push_str(&offset);
    }
    Some(stated)
}

/// `1997:08:04 10:29:00` as ISO 8601, if it is a moment that can have been.
fn iso_time(stated: &str) -> Option<String> {
    let stated = stated.trim().as_bytes().first_chunk::<19>()?;
    let separators = [4, 7, 10, 13, 16].map(|at| stated[at]);
    if !matches!(
        separators,
        [
            b':' | b'-' | b'/',
            b':' | b'-' | b'/',
            b' ' | b'T',
            b':',
            b':'
        ]
    ) {
        return None;
    }
    let year = number(&stated[0..4])?;
    let [month, day, hour, minute, second] =
        [5, 8, 11, 14, 17].map(|at| number(&stated[at..at + 2]));
    let (month, day) = (month?, day?);
    let (hour, minute, second) = (hour?, minute?, second?);
    let real = year >= EARLIEST_YEAR
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    real.then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}

/// Days of a month of the Gregorian calendar; 0 if there is no such month.
fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400) => 29,
        2 => 28,
        _ => 0,
    }
}

/// `+02:00`, `-09:30` or `Z`, if the world has such an offset.
fn iso_offset(stated: &str) -> Option<String> {
    let stated = stated.trim();
    if stated == "Z" {
        return Some("+00:00".to_owned());
    }
    let &[sign @ (b'+' | b'-'), h1, h0, b':', m1, m0] = stated.as_bytes() else {
        return None;
    };
    let (hours, minutes) = (number(&[h1, h0])?, number(&[m1, m0])?);
    // Offsets run from -12:00 to +14:00.
    let limit = if sign == b'+' { 14 * 60 } else { 12 * 60 };
    (minutes < 60 && hours * 60 + minutes <= limit).then(|| stated.to_owned())
}

/// Decimal digits and nothing else: no sign, no space.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, digit| {
        digit
            .is_ascii_digit()
            .then(|| sum * 10 + u32::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::{iso_offset, iso_time};

    #[test]
    fn accepts_only_moments_that_can_have_been() {
        let real = [
            ("1997:08:04 10:29:00", "1997-08-04T10:29:00"),
            ("2024:02:29 23:59:59", "2024-02-29T23:59:59"),
            ("2000-02-29T00:00:00", "2000-02-29T00:00:00"),
            (" 1800:01:01 00:00:00 ", "1800-01-01T00:00:00"),
        ];
        for (stated, expected) in real {
            assert_eq!(iso_time(stated).as_deref(), Some(expected));
        }
        for stated in [
            "0000:00:00 00:00:00",
            "1799:12:31 10:00:00",
            "2023:02:29 10:00:00",
            "1900:02:29 10:00:00",
            "2023:13:01 10:00:00",
            "2023:00:01 10:00:00",
            "2023:01:00 10:00:00",
            "2023:04:31 10:00:00",
            "2023:01:01 24:00:00",
            "2023:01:01 10:60:00",
            "2023:01:01 10:00:60",
            "2023:01:01   :  :  ",
            "2023:01:01",
            "2023:+1:01 10:00:00",
            "    :  :     :  :  ",
            "",
        ] {
            assert_eq!(iso_time(stated), None, "{stated:?}");
        }
    }

    #[test]
    fn accepts_only_offsets_of_this_world() {
        assert_eq!(iso_offset("+02:00").as_deref(), Some("+02:00"));
        assert_eq!(iso_offset("-09:30 ").as_deref(), Some("-09:30"));
        assert_eq!(iso_offset("Z").as_deref(), Some("+00:00"));
        for stated in ["+14:01", "-12:30", "+02:60", "02:00", "+2:00", "   :  ", ""] {
            assert_eq!(iso_offset(stated), None, "{stated:?}");
        }
    }
}
