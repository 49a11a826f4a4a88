/**
 * What the pool and its worker threads say to each other. Apart so that the
 * thread's side imports nothing of the pool.
 */

/** Formats that only a WebAssembly decoder reads. */
export type WasmFormat = 'heic' | 'avif';

/** One picture to decode; `bytes` are handed over, not shared. */
export interface DecodeRequest {
  readonly bytes: Uint8Array;
  readonly format: WasmFormat;
  readonly maxPixels: number;
}

/** Upright RGB8, row after row; handed over. */
export interface DecodedReply {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Why nothing came; `package` names what is not installed. */
export interface FailedReply {
  readonly code: 'PHOTO_DECODE' | 'PHOTO_TOO_LARGE' | 'DECODER_MISSING';
  readonly message: string;
  readonly package?: string;
}

export type DecodeReply = DecodedReply | FailedReply;
