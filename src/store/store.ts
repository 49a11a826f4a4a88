/**
 * The interface to a project's database. Everything above `store` sees only
 * this: asynchronous, by batches, without SQL, so that another database can
 * stand behind it. The implementation is in `sqlite-*.ts`.
 */

import type { AssignedFace, Conflict, Face, Photo, SkippedFile, SourceRecord } from '../config/domain.js';
import type { Forgotten } from './sqlite-forget.js';

/** What the store knows of one path: enough to decide that a file has not changed. */
export interface KnownPath {
  /** Label of the source root and the path relative to it, see `archive`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Modification time in nanoseconds as a decimal string (exceeds 2^53). */
  readonly mtimeNs: string;
  /** null = the file was skipped. */
  readonly photoId: string | null;
  readonly code: string | null;
  readonly message: string | null;
}

/** One model whose output the store holds. */
export interface StoredModel {
  /** Name, protocol and hash, such as `mobilefacenet-1a2b3c4d5e6f`; vectors of two ids are never mixed. */
  readonly id: string;
  readonly job: 'detect' | 'embed';
  readonly dims: number | null;
  readonly card: string;
}

/** One face with its vector, as extraction hands it over. */
export interface NewFace extends Face {
  /** Row of the batch's `vectors`. */
  readonly row: number;
  /** 68 landmarks, x and y each, pixels of the photograph; null = not asked for. */
  readonly landmarks: Float32Array | null;
}

/** A photograph as extraction hands it over (paths come separately). */
export interface NewPhoto {
  readonly photo: Omit<Photo, 'path' | 'paths' | 'occasionId'> & {
    readonly sizeBytes: number;
    readonly format: string;
    /** EXIF orientation 1 … 8. */
    readonly orientation: number;
  };
  readonly faces: readonly NewFace[];
}

/** Everything one batch of extraction learned; committed in one transaction. */
export interface ExtractionBatch {
  readonly paths: readonly KnownPath[];
  readonly photos: readonly NewPhoto[];
  readonly detectorId: string;
  readonly embedderId: string;
  /** Row-major `[faces × dims]`, unit rows; the store copies what it keeps. */
  readonly vectors: Float32Array;
  readonly dims: number;
}

/** What a later look at known faces found: landmarks, age, gender; null leaves what is stored. */
export interface FaceAttributes {
  readonly faceId: string;
  readonly landmarks: Float32Array | null;
  readonly age: number | null;
  readonly gender: number | null;
}

/** The 68 landmarks of one face, x and y each, pixels of the photograph. */
export interface FaceLandmarks {
  readonly faceId: string;
  readonly landmarks: Float32Array;
}

/** One link of a list, as it was last fetched. */
export interface FetchedLink {
  readonly url: string;
  /** File in the project's folder of downloads; null = nothing was kept. */
  readonly file: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** ISO 8601. */
  readonly fetchedAt: string;
  /** Why nothing came; null = it did. */
  readonly code: string | null;
  readonly message: string | null;
}

/** An archive that was listed to its end, every member of which is among the paths. */
export interface SettledArchive {
  readonly path: string;
  readonly sizeBytes: number;
  /** Nanoseconds, decimal. */
  readonly mtimeNs: string;
  /** Paths below it, skipped ones too. */
  readonly members: number;
  /** Members that are no pictures, by extension. */
  readonly others: Readonly<Record<string, number>>;
}

/** Further columns of a list, by the path they belong to. */
export interface PathAttributes {
  readonly path: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Which photograph a crop shows. */
export interface CropOwner {
  readonly faceId: string;
  /** Relative to the project folder; null = none was written. */
  readonly crop: string | null;
  readonly photoId: string;
  /** A face that a later extraction did not find: its crop still has its name. */
  readonly isRetired: boolean;
}

/** All vectors of one model, in the order of `faceIds` (sorted by photo path, then ordinal). */
export interface VectorTable {
  readonly faceIds: readonly string[];
  /** Photo number of each face: equal numbers, equal photographs. */
  readonly photos: Uint32Array;
  /** `[faces]`: quality scores, 0 … 1; NaN = not measured. */
  readonly qualities: Float32Array;
  /** Row-major `[faces × dims]`, unit rows. */
  readonly vectors: Float32Array;
  readonly dims: number;
}

/** One face's place in a clustering. */
export interface Proposal {
  readonly faceId: string;
  readonly personId: string | null;
  readonly distance: number | null;
}

/** One face's place after all decisions. */
export interface Assignment extends Proposal {
  /** 0 … 1: that the face belongs to its person; null = not known, or in no person. */
  readonly probability: number | null;
  /** A decision placed it. */
  readonly isDecided: boolean;
}

/** What the store knows of one person beside its faces. */
export interface PersonRecord {
  readonly id: string;
  /** Given by a decision. */
  readonly name: string | null;
  /** Mean cosine of two different faces of the person; null = one face. */
  readonly cohesion: number | null;
  /** Why the person should be looked at; null = no reason known. */
  readonly doubt: string | null;
}

/** The result of one clustering; replaces the one before for all faces in sight. */
export interface Clustering {
  readonly embedderId: string;
  /** Options as resolved, for the record. */
  readonly options: string;
  readonly assignments: readonly Proposal[];
  readonly conflicts: readonly Conflict[];
}

/** Counts that add up: files = photos + duplicates + skipped. */
export interface StoreCounts {
  readonly files: number;
  readonly photos: number;
  readonly duplicates: number;
  readonly skipped: number;
  readonly faces: number;
  readonly photosWithoutFaces: number;
  readonly persons: number;
  /** Faces that belong to no person. */
  readonly unassigned: number;
}

/** One run, as `runs/<n>.json` and the database remember it. */
export interface RunRecord {
  readonly number: number;
  readonly command: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** The manifest, JSON. */
  readonly manifest: string;
}

/** The project's database. Every method may reject with a `FaceweaveError` (codes `STORE_*`). */
export interface Store {
  /** Paths known under the given source labels (all when omitted), as a map. */
  knownPaths(sources?: readonly string[]): Promise<ReadonlyMap<string, KnownPath>>;
  /** Ids of photographs already extracted with these models, sorted. */
  extractedPhotoIds(detectorId: string, embedderId: string): Promise<readonly string[]>;
  saveModel(model: StoredModel): Promise<void>;
  models(): Promise<readonly StoredModel[]>;
  /** One transaction: after it returns, a crash loses nothing of the batch. */
  saveBatch(batch: ExtractionBatch): Promise<void>;
  /** Records paths without photographs being extracted: renamed, touched, duplicate, gone (`gone` paths are forgotten, their photographs stay while another path holds them). */
  savePaths(paths: readonly KnownPath[], gone: readonly string[]): Promise<void>;
  /** Faces of the given photographs as stored, for matching by overlap. */
  facesOfPhotos(photoIds: readonly string[]): Promise<readonly Face[]>;
  /** Adds what a later look found; one transaction. */
  saveAttributes(attributes: readonly FaceAttributes[]): Promise<void>;
  /** Landmarks of the faces in sight that have them, in the order of `faces`. */
  landmarks(): Promise<readonly FaceLandmarks[]>;
  /** The first photograph of each one's occasion, by id; photographs left out have none. */
  saveOccasions(occasions: ReadonlyMap<string, string>): Promise<void>;
  /** Replaces the attributes of the given paths. */
  savePathAttributes(attributes: readonly PathAttributes[]): Promise<void>;
  /** Sorted by path. */
  pathAttributes(): Promise<readonly PathAttributes[]>;
  /** Links as last fetched, by URL. */
  fetchedLinks(): Promise<ReadonlyMap<string, FetchedLink>>;
  saveFetchedLinks(links: readonly FetchedLink[]): Promise<void>;
  /** Archives that need not be opened while they stay as they were, by path. */
  settledArchives(): Promise<ReadonlyMap<string, SettledArchive>>;
  /** To be called when all their members are saved, never before: what is not there then counts as not in the archive. */
  saveSettledArchives(archives: readonly SettledArchive[]): Promise<void>;
  /** The crop of every face, faces out of sight too: their files are still there. */
  crops(): Promise<readonly CropOwner[]>;
  /** Vectors of one embedder. */
  vectors(embedderId: string): Promise<VectorTable>;
  /** The embedder used by the last extraction; null in an empty project. */
  currentEmbedder(): Promise<string | null>;
  /** Replaces what clustering proposed. Faces out of sight keep what was proposed for them. */
  saveClustering(clustering: Clustering): Promise<void>;
  /** What clustering last proposed, and with it the persons that faces out of sight had; null before the first. */
  clustering(): Promise<Clustering | null>;
  /** Replaces what holds after all decisions. Faces out of sight keep the persons they had. */
  saveAssignments(assignments: readonly Assignment[], persons: readonly PersonRecord[]): Promise<void>;
  /** Persons that have faces, sorted by id. */
  persons(): Promise<readonly PersonRecord[]>;
  /** Faces these persons have, those out of sight too. */
  facesOfPersons(personIds: readonly string[]): Promise<readonly string[]>;
  /** Takes faces and persons out for good: rows, free pages, log, records of runs. *Cost*: the whole database is written anew. */
  forget(forgotten: Forgotten): Promise<void>;
  /** Photographs that still have a path, sorted by path. */
  photos(): Promise<readonly Photo[]>;
  /** Faces with persons, sorted by photo path, then ordinal. */
  faces(): Promise<readonly AssignedFace[]>;
  skipped(): Promise<readonly SkippedFile[]>;
  counts(): Promise<StoreCounts>;
  /** Reserves the next run number. */
  beginRun(command: string, startedAt: string): Promise<number>;
  finishRun(run: RunRecord): Promise<void>;
  runs(): Promise<readonly RunRecord[]>;
  /** The newest run that satisfies `isWanted`; older ones are not read. */
  latestRun(isWanted: (run: RunRecord) => boolean): Promise<RunRecord | null>;
  /** The sources whose paths the store holds; null when they were never saved. */
  sources(): Promise<readonly SourceRecord[] | null>;
  saveSources(sources: readonly SourceRecord[]): Promise<void>;
  close(): Promise<void>;
}
