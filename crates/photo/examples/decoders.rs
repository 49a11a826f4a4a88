//! Compares JPEG decoders by the CPU's clock on photographs of 12 megapixels: this crate's `decode`,
//! `zune-jpeg` alone, and `jpeg-decoder` whole and at 1/2, 1/4 and 1/8; then the fingerprint's cost.
//! libjpeg-turbo is measured on the same files by `bench/decoders.py`. Run:
//!
//!     cargo run --release -p faceweave-photo --example decoders -- FOLDER PHOTOGRAPH...
//!
//! The photographs are laid side by side, at their own size, until 4000 × 3000 pixels are full, and
//! written to FOLDER as `baseline.jpg` and `progressive.jpg` (4:2:0, quality 90). With `--peak FILE`
//! it decodes one file and prints the peak of its memory instead.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench")]

#[cfg(unix)]
mod bench {
    use std::path::{Path, PathBuf};

    use faceweave_photo::{Limits, Rgb, decode, fingerprint};
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

    const WIDTH: u32 = 4000;
    const HEIGHT: u32 = 3000;
    const ROUNDS: usize = 7;

    /// CPU time of this process, in milliseconds.
    fn cpu_ms() -> f64 {
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: `time` is a valid place for the one value that is written.
        unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
        time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
    }

    /// The least of several runs: what others do on the machine only adds.
    fn least<T>(mut work: impl FnMut() -> T) -> f64 {
        (0..ROUNDS)
            .map(|_| {
                let start = cpu_ms();
                std::hint::black_box(work());
                cpu_ms() - start
            })
            .fold(f64::INFINITY, f64::min)
    }

    fn fill(photographs: &[Rgb]) -> Rgb {
        let mut out = Rgb::filled(WIDTH, HEIGHT, [0; 3]);
        let (mut x, mut y, mut tallest) = (0, 0, 0);
        for photograph in photographs.iter().cycle() {
            if x >= WIDTH {
                (x, y, tallest) = (0, y + tallest, 0);
            }
            if y >= HEIGHT {
                break;
            }
            let across = photograph.width.min(WIDTH - x) as usize * 3;
            let down = photograph.height.min(HEIGHT - y);
            for row in 0..down {
                let to = ((y + row) * WIDTH + x) as usize * 3;
                out.data[to..to + across].copy_from_slice(&photograph.row(row)[..across]);
            }
            x += photograph.width;
            tallest = tallest.max(photograph.height);
        }
        // A sensor's noise, so that the file is as long as a camera's.
        let mut state = 0x2545_F491_u32;
        for byte in &mut out.data {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            *byte = byte.saturating_add((state >> 28) as u8);
        }
        out
    }

    fn write(folder: &Path, picture: &Rgb, progressive: bool) -> PathBuf {
        let name = if progressive {
            "progressive.jpg"
        } else {
            "baseline.jpg"
        };
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 90);
        encoder.set_progressive(progressive);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        let (width, height) = (WIDTH as u16, HEIGHT as u16);
        encoder
            .encode(&picture.data, width, height, ColorType::Rgb)
            .unwrap();
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn zune(bytes: &[u8]) -> Vec<u8> {
        zune_jpeg::JpegDecoder::new(zune_core::bytestream::ZCursor::new(bytes))
            .decode()
            .unwrap()
    }

    fn scaled(bytes: &[u8], divisor: u16) -> Vec<u8> {
        let mut decoder = jpeg_decoder::Decoder::new(bytes);
        decoder
            .scale(WIDTH as u16 / divisor, HEIGHT as u16 / divisor)
            .unwrap();
        decoder.decode().unwrap()
    }

    fn peak(path: &Path) {
        let bytes = std::fs::read(path).unwrap();
        let limits = Limits::default();
        let photo = decode(&bytes, &limits).unwrap();
        let pixels = f64::from(photo.pixels.width) * f64::from(photo.pixels.height);
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap();
        let kilobytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        let more = kilobytes * 1024.0 - bytes.len() as f64;
        println!(
            "{:.1} MP, file {:.1} MB: peak {:.0} MB, {:.2} bytes a pixel besides the file",
            pixels / 1e6,
            bytes.len() as f64 / 1e6,
            kilobytes / 1e3,
            more / pixels
        );
    }

    pub fn main() {
        let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
        let (folder, files) = arguments.split_first().expect("FOLDER PHOTOGRAPH...");
        if folder.as_os_str() == "--peak" {
            return peak(&files[0]);
        }
        let limits = Limits::default();
        let photographs: Vec<Rgb> = files
            .iter()
            .map(|file| {
                decode(&std::fs::read(file).unwrap(), &limits)
                    .unwrap()
                    .pixels
            })
            .collect();
        let picture = fill(&photographs);
        for progressive in [false, true] {
            let path = write(folder, &picture, progressive);
            let bytes = std::fs::read(&path).unwrap();
            println!("{} ({:.1} MB)", path.display(), bytes.len() as f64 / 1e6);
            let alone = least(|| zune(&bytes));
            let show = |name: &str, ms: f64| println!("  {name:24} {ms:7.1} ms {:5.2}", ms / alone);
            show("zune-jpeg alone", alone);
            show(
                "faceweave decode",
                least(|| decode(&bytes, &limits).unwrap()),
            );
            for divisor in [1, 2, 4, 8] {
                let name = format!("jpeg-decoder 1/{divisor}");
                show(&name, least(|| scaled(&bytes, divisor)));
            }
        }
        println!(
            "fingerprint, 12 MP: {:.3} ms",
            least(|| fingerprint(&picture))
        );
        let megapixel = faceweave_photo::resize_exact(&picture, 1154, 866);
        println!(
            "fingerprint, 1 MP: {:.3} ms",
            least(|| fingerprint(&megapixel))
        );
    }
}

#[cfg(unix)]
fn main() {
    bench::main();
}

#[cfg(not(unix))]
fn main() {
    println!("this bench reads the CPU's clock the Unix way");
}
