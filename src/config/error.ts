/**
 * The one error class of the library. It lives in `config` because every other
 * module may throw it and none may import upwards.
 */

/** What an error carries besides its message. */
export interface FaceweaveErrorDetails {
  /** Stable, public code such as `MODEL_MISSING`; messages may change, codes do not. */
  readonly code: string;
  /** The file or folder the error is about. */
  readonly path?: string;
  /** The likely cure, printed on a line of its own. */
  readonly hint?: string;
  /** The error underneath. */
  readonly cause?: unknown;
}

/**
 * Thrown when a call cannot give its promised result. Trouble with a single
 * photograph is never thrown: it is an outcome in the result.
 */
export class FaceweaveError extends Error {
  override readonly name = 'FaceweaveError';
  readonly code: string;
  readonly path: string | undefined;
  readonly hint: string | undefined;

  constructor(message: string, details: FaceweaveErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.path = details.path;
    this.hint = details.hint;
  }
}
