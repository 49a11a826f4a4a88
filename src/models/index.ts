/**
 * Which models there are, whose they are, and whether their files are whole.
 * The weights themselves come with the package `@faceweave/models`; nothing is
 * ever downloaded.
 */
export { ARCFACE_TEMPLATE_112, type ModelCard, type ModelJob } from './card.js';
export { modelsFolder } from './folder.js';
export { modelId } from './identity.js';
export {
  listModels,
  type ModelCheck,
  type ModelSpec,
  type ResolvedModel,
  resolveLook,
  resolveModel,
  verifyModels,
} from './resolve.js';
