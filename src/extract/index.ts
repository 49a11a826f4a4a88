/**
 * Photographs become faces: what is missing is extracted natively and saved
 * batch by batch. The only other modules it knows are archive, native and store.
 */
export type { AttributeSummary } from './attributes.js';
export { type CropPlace, cropAt, cropOwners, inProject, photosWithoutCrops, planCrops } from './crops.js';
export { extract } from './extract.js';
export { faceIdOf, identify, SAME_FACE_IOU } from './faces.js';
export { type ExtractPlan, type NoEstimate, type PlanEstimate, planExtract } from './plan.js';
export { type ExtractStats, peakRssBytes, processCpuSeconds, STAGES, type Stage, type StageCost } from './stats.js';
export type { ExtractChoices, ExtractModel, ExtractRequest, ExtractSummary } from './types.js';
