/**
 * Formats that only WebAssembly decodes (HEIC): bytes in, upright RGB out, in
 * worker threads. What the addon decodes itself never comes here.
 */
export {
  DEFAULT_TIMEOUT_MS,
  type DecodedPixels,
  type DecodeLimits,
  type Decoders,
  type DecodersOptions,
  openDecoders,
} from './decoders.js';
export type { WasmFormat } from './messages.js';
