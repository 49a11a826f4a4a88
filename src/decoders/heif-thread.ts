/**
 * The worker thread that decodes HEIC with libheif as WebAssembly: one picture
 * at a time, its answer posted back. Apart because a decoder that crashes or never
 * ends must be something the process can put an end to.
 */
import { parentPort } from 'node:worker_threads';
import type { DecodeReply, DecodeRequest } from './messages.js';

/** An optional package: LGPL, so that whoever may not use it leaves it out. */
const PACKAGE = 'libheif-js';
const MODULE = `${PACKAGE}/wasm-bundle.js`;
const RGB_CHANNELS = 3;

interface Failed {
  readonly code: unknown;
  readonly message?: string;
}
interface Plane {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly data: Uint8Array;
}
/** The part of libheif's bindings used here; handles are opaque. */
interface Libheif {
  heif_context_alloc(): object;
  heif_context_free(context: object): void;
  heif_context_read_from_memory(context: object, bytes: Uint8Array): Failed;
  heif_js_context_get_primary_image_handle(context: object): object & Partial<Failed>;
  heif_image_handle_get_width(handle: object): number;
  heif_image_handle_get_height(handle: object): number;
  heif_image_handle_release(handle: object): void;
  heif_js_decode_image2(
    handle: object,
    colorspace: unknown,
    chroma: unknown,
  ): Partial<Failed> & { readonly image?: object; readonly channels?: readonly Plane[] };
  heif_image_release(image: object): void;
  readonly heif_error_code: { readonly heif_error_Ok: unknown };
  readonly heif_colorspace: { readonly heif_colorspace_RGB: unknown };
  readonly heif_chroma: { readonly heif_chroma_interleaved_RGB: unknown };
}

let loading: Promise<Libheif | null> | undefined;

/** null = the package is not installed. */
async function load(): Promise<Libheif | null> {
  try {
    const module = (await import(MODULE)) as { readonly default: Libheif };
    return module.default;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw cause;
  }
}

async function decode({ bytes, format, maxPixels }: DecodeRequest): Promise<DecodeReply> {
  if (format !== 'heic') {
    return { code: 'DECODER_MISSING', message: `this version has no WebAssembly decoder for ${format.toUpperCase()}` };
  }
  loading ??= load();
  const libheif = await loading;
  if (libheif === null) {
    return {
      code: 'DECODER_MISSING',
      message: `HEIC needs the optional package ${PACKAGE}, which is not installed`,
      package: PACKAGE,
    };
  }
  return decodeHeif(libheif, bytes, maxPixels);
}

function decodeHeif(libheif: Libheif, bytes: Uint8Array, maxPixels: number): DecodeReply {
  const context = libheif.heif_context_alloc();
  let handle: (object & Partial<Failed>) | undefined;
  try {
    const read = libheif.heif_context_read_from_memory(context, bytes);
    if (read.code !== libheif.heif_error_code.heif_error_Ok) return unreadable(read);
    // Of several pictures in one file, the one it calls its primary.
    const primary = libheif.heif_js_context_get_primary_image_handle(context);
    if (primary.code !== undefined) return unreadable(primary);
    handle = primary;
    const [width, height] = [libheif.heif_image_handle_get_width(handle), libheif.heif_image_handle_get_height(handle)];
    if (width * height > maxPixels) {
      return {
        code: 'PHOTO_TOO_LARGE',
        message: `${width} × ${height} pixels are more than the limit of ${maxPixels}`,
      };
    }
    const { heif_colorspace_RGB: rgb } = libheif.heif_colorspace;
    const decoded = libheif.heif_js_decode_image2(handle, rgb, libheif.heif_chroma.heif_chroma_interleaved_RGB);
    const plane = decoded.channels?.[0];
    if (decoded.image === undefined || plane === undefined) return unreadable(decoded);
    const pixels = tightRows(plane);
    libheif.heif_image_release(decoded.image);
    return { width: plane.width, height: plane.height, pixels };
  } finally {
    if (handle !== undefined) libheif.heif_image_handle_release(handle);
    libheif.heif_context_free(context);
  }
}

function unreadable({ message }: Partial<Failed>): DecodeReply {
  return { code: 'PHOTO_DECODE', message: `this is no HEIC that can be decoded: ${message ?? 'no reason given'}` };
}

/** A copy without what libheif puts after each row. */
function tightRows({ width, height, stride, data }: Plane): Uint8Array {
  const row = width * RGB_CHANNELS;
  const pixels = new Uint8Array(row * height);
  for (let y = 0; y < height; y += 1) pixels.set(data.subarray(y * stride, y * stride + row), y * row);
  return pixels;
}

// What a decoder prints has no place among the data, and a thread that printed keeps its process alive.
process.stdout.write = () => true;
process.stderr.write = () => true;

parentPort?.on('message', (request: DecodeRequest) => {
  // What is thrown here ends the thread, and the pool tells of it.
  void decode(request).then((reply) => {
    parentPort?.postMessage(reply, 'pixels' in reply ? [reply.pixels.buffer as ArrayBuffer] : []);
  });
});
