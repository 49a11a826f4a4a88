//! Vectors in, one label a face out: the boundary of `faceweave_cluster::cluster`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use faceweave_cluster::{
    Algorithm, Clustering, Context, Linkage, Options, Tier, Vectors, cluster_new, cluster_tiers,
};
use faceweave_pipeline::worker_pool;
use napi::bindgen_prelude::{Float32Array, Int32Array, Object, Uint32Array};
use napi::{Env, Result};
use napi_derive::napi;

use crate::error::JobError;
use crate::guard::{guarded, spawn};

/// How faces become clusters.
#[napi(object)]
pub struct ClusterOptions {
    /// The algorithm.
    #[napi(
        ts_type = "'ahc' | 'single' | 'complete' | 'ward' | 'dbscan' | 'optics' | 'hdbscan' | 'chinese-whispers' | 'leiden' | 'face-network'"
    )]
    pub algorithm: String,
    /// Cosine distance: the cut of a linkage, the eps of DBSCAN, the radius of a graph; HDBSCAN has none.
    pub threshold: f64,
    /// Average linkage: the cut two large clusters tend to; the threshold then is the cut of a face alone. One cut for all without it.
    pub core_threshold: Option<f64>,
    /// Faces near, the face itself among them, that make a face dense.
    pub min_samples: u32,
    /// face-network's schedule: iterations at most. @default 1
    pub iterations: Option<u32>,
    /// face-network's schedule: largest median distance to a core; cosine distance. @default 2
    pub max_distance: Option<f64>,
    /// Cosine distance under which two faces of one photograph may be one person (mirror, collage).
    pub same_photo_exempt: f64,
    /// Average linkage: up to so many faces all neighbours are found, beyond that most of them. @default 200000
    pub exact_faces: Option<u32>,
    /// Worker threads; 0 = one a core.
    pub threads: u32,
}

/// On two cores some minutes; the exact way grows with the square, the other hardly faster than the faces.
const EXACT_FACES: u32 = 200_000;

/// One label a face.
#[napi(object)]
pub struct ClusterResult {
    /// `[faces]`; clusters are numbered by first appearance, −1 = noise, or a poor face that joined nobody.
    pub labels: Int32Array,
    /// `[faces]`: cosine distance to the mean of the face's cluster; NaN for noise.
    pub distances: Float32Array,
    /// `[conflicts × 2]`: rows of two faces of one photograph that fell together: kept, moved out.
    pub conflicts: Uint32Array,
    /// Whether neighbours were found approximately.
    pub is_approximate: bool,
}

/// How far a job is, in units of its own.
#[napi(object)]
pub struct ClusterProgress {
    /// Units done.
    pub done: f64,
    /// Units in all, as far as known.
    pub total: f64,
}

#[derive(Default)]
struct Shared {
    cancelled: AtomicBool,
    done: AtomicU64,
    total: AtomicU64,
}

/// A clustering that can be watched and cancelled.
#[napi]
pub struct ClusterJob {
    options: Options,
    threads: usize,
    shared: Arc<Shared>,
}

#[napi]
impl ClusterJob {
    /// Checks the options.
    ///
    /// Errors: `ARGUMENT`.
    #[napi(constructor, catch_unwind)]
    pub fn new(options: ClusterOptions) -> Result<Self> {
        let algorithm = match options.algorithm.as_str() {
            "ahc" => Algorithm::Ahc,
            "single" => Algorithm::Linkage(Linkage::Single),
            "complete" => Algorithm::Linkage(Linkage::Complete),
            "ward" => Algorithm::Linkage(Linkage::Ward),
            "dbscan" => Algorithm::Dbscan,
            "optics" => Algorithm::Optics,
            "hdbscan" => Algorithm::Hdbscan,
            "chinese-whispers" => Algorithm::Whispers,
            "leiden" => Algorithm::Leiden,
            "face-network" => Algorithm::Schedule,
            other => {
                let expected = "'ahc', 'single', 'complete', 'ward', 'dbscan', 'optics', 'hdbscan', 'chinese-whispers', 'leiden' or 'face-network'";
                return Err(JobError::argument("algorithm", expected, other).into());
            }
        };
        for (name, value) in [
            ("threshold", options.threshold),
            ("coreThreshold", options.core_threshold.unwrap_or(0.0)),
            ("samePhotoExempt", options.same_photo_exempt),
            ("maxDistance", options.max_distance.unwrap_or(0.0)),
        ] {
            if !(0.0..=2.0).contains(&value) {
                return Err(
                    JobError::argument(name, "a cosine distance from 0 to 2", value).into(),
                );
            }
        }
        Ok(Self {
            options: Options {
                algorithm,
                threshold: options.threshold as f32,
                core_threshold: options.core_threshold.map(|core| core as f32),
                min_samples: options.min_samples as usize,
                iterations: options.iterations.unwrap_or(1) as usize,
                max_distance: options.max_distance.unwrap_or(2.0) as f32,
                same_photo_exempt: options.same_photo_exempt as f32,
                exact_faces: options.exact_faces.unwrap_or(EXACT_FACES) as usize,
            },
            threads: options.threads as usize,
            shared: Arc::default(),
        })
    }

    /// Clusters `[faces × dims]` unit rows; `photos` holds the number of each face's photograph, `tiers` what each face
    /// may do: 1 = found a person (the default), 2 = join one, 3 = neither. With `known`, one label a face, faces keep the
    /// label they have (−1 = none) and only those with −2 are new: they join what stands or are clustered among themselves.
    ///
    /// The arrays are copied before this call returns. Rejects with `ARGUMENT`, `CANCELLED`, `INTERNAL`
    /// and the codes of the algorithm.
    #[napi(catch_unwind, ts_return_type = "Promise<ClusterResult>")]
    pub fn run<'env>(
        &self,
        env: &'env Env,
        vectors: &[f32],
        dims: u32,
        photos: &[u32],
        tiers: Option<&[u8]>,
        known: Option<&[i32]>,
    ) -> Result<Object<'env>> {
        let dims = dims as usize;
        if dims == 0 || vectors.len() != photos.len() * dims {
            let found = format!(
                "{} values for {} faces of {dims}",
                vectors.len(),
                photos.len()
            );
            return Err(JobError::argument("vectors", "faces × dims values", found).into());
        }
        let tiers = match tiers {
            Some(numbers) => numbers
                .iter()
                .map(|&tier| tier_of(tier))
                .collect::<std::result::Result<Vec<_>, JobError>>(),
            None => Ok(vec![Tier::Founds; photos.len()]),
        }?;
        let (vectors, photos) = (vectors.to_vec(), photos.to_vec());
        let known = known.map(<[i32]>::to_vec);
        let (options, threads) = (self.options.clone(), self.threads);
        let (work, cancel) = (Arc::clone(&self.shared), Arc::clone(&self.shared));
        spawn(
            env,
            move || cancel.cancelled.store(true, Ordering::Relaxed),
            move || {
                let pool = worker_pool(threads)?;
                let context = Context {
                    pool: &pool,
                    cancel: &work.cancelled,
                    done: &work.done,
                    total: &work.total,
                };
                let vectors = Vectors::new(&vectors, dims)?;
                Ok(match &known {
                    Some(known) => {
                        cluster_new(&vectors, &photos, &tiers, known, &options, &context)?
                    }
                    None => cluster_tiers(&vectors, &photos, &tiers, &options, &context)?,
                })
            },
            |clustering| Ok(cluster_result(clustering)),
        )
    }

    /// Asks the job to stop; its promise rejects with `CANCELLED`.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Ordering::Relaxed);
    }

    /// How far the job is; cheap, to be polled.
    #[napi(catch_unwind)]
    pub fn progress(&self) -> Result<ClusterProgress> {
        Ok(guarded(|| {
            Ok(ClusterProgress {
                done: self.shared.done.load(Ordering::Relaxed) as f64,
                total: self.shared.total.load(Ordering::Relaxed) as f64,
            })
        })?)
    }
}

fn tier_of(number: u8) -> std::result::Result<Tier, JobError> {
    match number {
        1 => Ok(Tier::Founds),
        2 => Ok(Tier::Joins),
        3 => Ok(Tier::Listed),
        other => Err(JobError::argument("tiers", "1, 2 or 3", other)),
    }
}

fn cluster_result(clustering: Clustering) -> ClusterResult {
    let conflicts = clustering
        .conflicts
        .into_iter()
        .flat_map(|(kept, moved)| [kept, moved])
        .collect::<Vec<_>>();
    ClusterResult {
        labels: Int32Array::new(clustering.labels),
        distances: Float32Array::new(clustering.distances),
        conflicts: Uint32Array::new(conflicts),
        is_approximate: clustering.is_approximate,
    }
}
