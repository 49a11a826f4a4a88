//! The bytes the JPEG decoder reads, with an eye on how far it reads. The decoder fills up missing
//! entropy-coded data with zeros and reports success: half a picture, the rest grey. This source
//! counts what was asked for beyond the end, which tells a whole picture from one cut short.

use std::cell::Cell;

use zune_core::bytestream::{ZByteIoError, ZByteReaderTrait, ZSeekFrom};

/// Bytes a decoder may fetch ahead without needing them: its bit buffer holds at most 63 bits.
pub(crate) const FETCHED_AHEAD: u32 = 7;
/// Missing bytes after which an unknown marker stops the decoder: the verdict is clear by then.
const STOP_AFTER: u32 = 64;
/// What stands behind the data for whoever looks for a marker: end of image.
const END: [u8; 2] = [0xFF, 0xD9];
/// A marker no decoder knows (reserved by T.81).
const UNKNOWN_MARKER: [u8; 2] = [0xFF, 0x02];

/// JPEG data without its end marker, which this source supplies.
///
/// Single bytes wanted without an error (the bit reader's way) are `fill` beyond the end, and counted
/// in `missing`. Reads that may fail see the end marker and then the end.
pub(crate) struct Source<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
    pub fill: u8,
    pub missing: &'a Cell<u32>,
}

impl Source<'_> {
    #[cold]
    fn beyond(&self) -> u8 {
        let missing = self.missing.get();
        self.missing.set(missing.saturating_add(1));
        if missing < STOP_AFTER {
            self.fill
        } else {
            UNKNOWN_MARKER[(missing - STOP_AFTER) as usize & 1]
        }
    }

    fn short(&self, wanted: usize) -> ZByteIoError {
        ZByteIoError::NotEnoughBytes(self.bytes.len().saturating_sub(self.at), wanted)
    }
}

#[expect(
    clippy::inline_always,
    reason = "called for every few bits of entropy-coded data, from the decoder's own inlined loops"
)]
impl ZByteReaderTrait for Source<'_> {
    #[inline(always)]
    fn read_byte_no_error(&mut self) -> u8 {
        if let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            byte
        } else {
            self.beyond()
        }
    }

    #[inline(always)]
    fn read_exact_bytes(&mut self, buf: &mut [u8]) -> Result<(), ZByteIoError> {
        self.peek_exact_bytes(buf)?;
        self.at += buf.len();
        Ok(())
    }

    fn read_bytes(&mut self, buf: &mut [u8]) -> Result<usize, ZByteIoError> {
        let count = self.peek_bytes(buf)?;
        self.at += count;
        Ok(count)
    }

    fn peek_bytes(&mut self, buf: &mut [u8]) -> Result<usize, ZByteIoError> {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let count = rest.len().min(buf.len());
        buf[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    #[inline(always)]
    fn peek_exact_bytes(&mut self, buf: &mut [u8]) -> Result<(), ZByteIoError> {
        // A position can be at most two beyond the end, so this sum cannot overflow.
        if let Some(found) = self.bytes.get(self.at..self.at + buf.len()) {
            buf.copy_from_slice(found);
            return Ok(());
        }
        match (buf.len(), self.at.checked_sub(self.bytes.len())) {
            (1, Some(beyond)) if beyond < END.len() => {
                buf[0] = END[beyond];
                Ok(())
            }
            _ => Err(self.short(buf.len())),
        }
    }

    #[inline(always)]
    fn z_seek(&mut self, from: ZSeekFrom) -> Result<u64, ZByteIoError> {
        let target = match from {
            ZSeekFrom::Start(at) => i64::try_from(at).ok(),
            ZSeekFrom::End(by) => (self.bytes.len() as i64).checked_add(by),
            ZSeekFrom::Current(by) => (self.at as i64).checked_add(by),
        };
        let target = target.and_then(|at| usize::try_from(at).ok());
        match target {
            Some(at) if at <= self.bytes.len() + END.len() => {
                self.at = at;
                Ok(at as u64)
            }
            _ => Err(ZByteIoError::SeekError("outside the picture's data")),
        }
    }

    #[inline(always)]
    fn is_eof(&mut self) -> Result<bool, ZByteIoError> {
        Ok(self.at >= self.bytes.len() + END.len())
    }

    fn z_position(&mut self) -> Result<u64, ZByteIoError> {
        Ok(self.at as u64)
    }

    fn read_remaining(&mut self, sink: &mut Vec<u8>) -> Result<usize, ZByteIoError> {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        sink.extend_from_slice(rest);
        self.at += rest.len();
        Ok(rest.len())
    }
}
