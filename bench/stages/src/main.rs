//! What decode, detect, align and embed cost by themselves: a list of files in, CPU seconds of each step out.
//!
//! A program of its own because the pipeline's own clock can only say how it divides its time, not whether
//! it adds to it. Photographs are taken in small groups, so that memory stays bounded; within a group each step runs
//! over all photographs before the next step begins, with nothing in between. Several threads work side by side, each
//! on its share, because cores share caches and memory, and a step alone on the machine would be flattered.
//!
//!     faceweave-bench-stages <libonnxruntime> <models folder> <min face> <threads> < files.txt
//!
//! Reading files and opening models is done outside the clock. Prints one JSON object.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use faceweave_face::{
    AttributeSpec, ChannelOrder, DetectionSize, DetectorSpec, EmbedderSpec, FaceEngine,
    TensorLayout, load_runtime,
};
use faceweave_photo::{Limits, decode_into};

/// Photographs a group: 16 of twelve megapixels are 576 MB.
const GROUP: usize = 16;

#[derive(Default, Clone, Copy)]
struct Seconds {
    decode: f64,
    detect: f64,
    align: f64,
    embed: f64,
    photos: usize,
    faces: usize,
    undecoded: usize,
}

/// CPU time of this thread. Linux says it in nanoseconds; the thread must be read from its own `/proc` entry.
fn thread_time() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

fn timed<T>(seconds: &mut f64, work: impl FnOnce() -> T) -> T {
    let start = thread_time();
    let result = work();
    *seconds += thread_time().saturating_sub(start).as_secs_f64();
    result
}

/// The defaults of extraction, as `models/*.json` state them.
fn open(models: &Path, min_face: u32) -> Result<FaceEngine, Box<dyn Error + Send + Sync>> {
    let detector = DetectorSpec {
        id: "centerface".into(),
        path: models.join("centerface.onnx"),
        size: DetectionSize::MinFace(min_face),
        score_threshold: 0.5,
        try_rotations: false,
    };
    let embedder = EmbedderSpec {
        id: "mobilefacenet".into(),
        path: models.join("mobilefacenet.onnx"),
        size: 112,
        template: [
            [38.2946, 51.6963],
            [73.5318, 51.5014],
            [56.0252, 71.7366],
            [41.5493, 92.3655],
            [70.7299, 92.2041],
        ],
        mean: [127.5; 3],
        scale: 1.0 / 128.0,
        channels: ChannelOrder::Rgb,
        layout: TensorLayout::Nchw,
        dims: 192,
        mirror: false,
    };
    Ok(FaceEngine::open(
        detector,
        embedder,
        &AttributeSpec::default(),
    )?)
}

fn run(
    files: &[PathBuf],
    engine: &mut FaceEngine,
) -> Result<Seconds, Box<dyn Error + Send + Sync>> {
    let mut cost = Seconds::default();
    // Memory of the pixels of the group before: extraction, too, uses its own again.
    let mut spares: Vec<Vec<u8>> = Vec::new();
    for group in files.chunks(GROUP) {
        let files = group.iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
        let limits = Limits::default();
        let photos: Vec<_> = timed(&mut cost.decode, || {
            files
                .iter()
                .filter_map(|bytes| {
                    decode_into(bytes, &limits, &mut spares.pop().unwrap_or_default()).ok()
                })
                .collect()
        });
        cost.undecoded += files.len() - photos.len();
        let found = timed(&mut cost.detect, || {
            photos
                .iter()
                .map(|photo| engine.detect(&photo.pixels))
                .collect::<Result<Vec<_>, _>>()
        })?;
        let chips: Vec<_> = timed(&mut cost.align, || {
            let pairs = photos.iter().zip(&found);
            pairs
                .flat_map(|(photo, faces)| {
                    faces
                        .iter()
                        .filter_map(|face| engine.align(&photo.pixels, face))
                })
                .collect()
        });
        let vectors = timed(&mut cost.embed, || {
            chips
                .iter()
                .map(|chip| engine.embed(chip))
                .collect::<Result<Vec<_>, _>>()
        })?;
        cost.photos += photos.len();
        spares.extend(photos.into_iter().map(|photo| photo.pixels.data));
        cost.faces += vectors.len();
    }
    Ok(cost)
}

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [runtime, models, min_face, threads] = arguments.as_slice() else {
        return Err("usage: faceweave-bench-stages <libonnxruntime> <models> <min face> <threads> < files.txt".into());
    };
    let min_face: u32 = min_face.to_string_lossy().parse()?;
    let threads: usize = threads.to_string_lossy().parse()?;
    let mut list = String::new();
    io::stdin().read_to_string(&mut list)?;
    let files: Vec<PathBuf> = list.lines().map(PathBuf::from).collect();
    load_runtime(Path::new(runtime))?;
    let mut engines = (0..threads)
        .map(|_| open(Path::new(models), min_face))
        .collect::<Result<Vec<_>, _>>()?;
    let costs: Vec<Seconds> = thread::scope(|scope| {
        let workers: Vec<_> = engines
            .iter_mut()
            .enumerate()
            .map(|(worker, engine)| {
                let share: Vec<_> = files
                    .iter()
                    .skip(worker)
                    .step_by(threads)
                    .cloned()
                    .collect();
                scope.spawn(move || run(&share, engine))
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().map_err(|_| "a worker panicked")?)
            .collect::<Result<_, _>>()
    })?;
    let sum = |of: fn(&Seconds) -> f64| costs.iter().map(of).sum::<f64>();
    let count = |of: fn(&Seconds) -> usize| costs.iter().map(of).sum::<usize>();
    println!(
        r#"{{"decode":{},"detect":{},"align":{},"embed":{},"photos":{},"faces":{},"undecoded":{}}}"#,
        sum(|cost| cost.decode),
        sum(|cost| cost.detect),
        sum(|cost| cost.align),
        sum(|cost| cost.embed),
        count(|cost| cost.photos),
        count(|cost| cost.faces),
        count(|cost| cost.undecoded),
    );
    Ok(())
}
