/**
 * What circle sizes and line widths mean, drawn with the functions that draw
 * the network itself.
 */
import { byId, svgElement } from './dom.js';
import { edgeWidth } from './look.js';
import { count } from './wording.js';

const SIZE_SAMPLES = [1, 10, 100];
const WIDTH_SAMPLES = [1, 5, 25];
/** Size of the two drawings, as in the template. */
const WIDTH = 124;
const HEIGHT = 52;
const LABEL_BASELINE = HEIGHT - 3;
/** Radius of the largest sample. */
const LARGEST = 17;

/** Same formula as the page's writer: 12 + scale · log10(1 + photographs). */
function radius(photographs: number, scale: number): number {
  return 12 + scale * Math.log10(1 + photographs);
}

/** Fills the legend's two samples. */
export function drawLegend(scale: number): void {
  const sizes = byId('legend-sizes', SVGSVGElement);
  const widths = byId('legend-widths', SVGSVGElement);
  // Samples are shrunk together so that the largest fits; their proportion is what matters.
  const shrink = Math.min(1, LARGEST / radius(100, scale));
  let left = 2;
  for (const photographs of SIZE_SAMPLES) {
    const drawn = radius(photographs, scale) * shrink;
    sizes.append(
      svgElement('circle', { cx: left + drawn, cy: 38 - drawn, r: drawn - 1, class: 'sample' }),
      svgElement('text', { x: left + drawn, y: LABEL_BASELINE, class: 'sample-label' }, count(photographs)),
    );
    left += 2 * drawn + 14;
  }
  for (const [place, photographs] of WIDTH_SAMPLES.entries()) {
    const start = 2 + place * (WIDTH / 3);
    widths.append(
      svgElement('line', {
        x1: start,
        x2: start + 30,
        y1: 24,
        y2: 24,
        class: 'sample-line',
        'stroke-width': edgeWidth(photographs),
      }),
      svgElement('text', { x: start + 15, y: LABEL_BASELINE, class: 'sample-label' }, count(photographs)),
    );
  }
}
