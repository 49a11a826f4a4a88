/**
 * What a face may do, by its quality: found a person, join one, or only be
 * listed. Apart from clustering because exports and pages show the tier too.
 */
import type { FaceQuality, Options } from '../config/index.js';

/** 1 = may found a person, 2 = may join one that better faces founded, 3 = is only listed. */
export type Tier = 1 | 2 | 3;

/** From which quality score on a face may found a person, and from which it may join one. */
export type TierThresholds = Pick<Options, 'foundQuality' | 'joinQuality'>;

/** The tier of a face. A face whose quality was never measured founds: nothing is known against it. */
export function tierOf(
  quality: Pick<FaceQuality, 'score'> | null,
  { foundQuality, joinQuality }: TierThresholds,
): Tier {
  if (quality === null || quality.score >= foundQuality) return 1;
  return quality.score >= joinQuality ? 2 : 3;
}
