/**
 * What the network page's script reads: the JSON that the page carries. Types
 * alone, shared by the program that writes it and the script that shows it, so
 * that neither can drift from the other.
 */
import type { Coverage, HiddenCounts } from '../network/index.js';

/** A person; referred to by its place in `persons`. */
export interface PagePerson {
  readonly id: string;
  readonly name: string | null;
  readonly photos: number;
  readonly degree: number;
  readonly strength: number;
  /** Place and size on the canvas, page units. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** `data:` address of the best face. */
  readonly face: string | null;
  /** Relative address of the mosaic. */
  readonly mosaic: string | null;
  /** Places in `photos`, best face first; shorter than `photos` counts when there are very many. */
  readonly photoNumbers: readonly number[];
}

/** Two persons and their evidence; referred to by its place in `edges`. */
export interface PageEdge {
  readonly source: number;
  readonly target: number;
  readonly weight: number;
  /** Places in `photos`, clearest evidence first; shorter than `weight` when there are very many. */
  readonly photoNumbers: readonly number[];
}

/** `person, x, y, width, height`: a shown person's box in pixels of the upright photograph. */
export type PageFace = readonly [number, number, number, number, number];

/** A photograph of a shown person; referred to by its place in `photos`. */
export interface PagePhoto {
  readonly path: string;
  /** Other files with the same content. */
  readonly copies: number;
  readonly width: number;
  readonly height: number;
  readonly takenAt: string | null;
  readonly camera: string | null;
  /** `data:` address of the thumbnail; null when it is linked only. */
  readonly thumbnail: string | null;
  /** Relative address of the file itself. */
  readonly url: string | null;
  /** Changed or missing since extraction: no thumbnail, no address. */
  readonly isChanged: boolean;
  readonly faces: readonly PageFace[];
}

/** Everything on the page. */
export interface NetworkPageData {
  readonly title: string;
  readonly generator: string;
  readonly scale: number;
  readonly minWeight: number;
  readonly minSize: number;
  readonly persons: readonly PagePerson[];
  readonly edges: readonly PageEdge[];
  readonly photos: readonly PagePhoto[];
  readonly coverage: Coverage;
  readonly hidden: HiddenCounts;
  readonly duplicates: number;
  readonly skipped: number;
  /** Photographs behind edges: carried as thumbnails, and linked only. */
  readonly thumbnailsInlined: number;
  readonly photosLinked: number;
  /** Photographs of shown persons that changed or are missing since extraction. */
  readonly photosChanged: number;
}
