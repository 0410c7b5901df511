import type { Histogram, ReliabilityBin } from '../../domain/gate-report.ts';
import { counted } from '../../domain/plural.ts';
import { type Html, html } from './html.ts';
import { at, makeScale, type Scale } from './scale.ts';

type Side = 'challenger' | 'champion';

const unit = { low: 0, high: 1 } as const;

/** An axis along the bottom, from x 50 on. */
function drawAcross(scale: Scale, y: number): Html[] {
  return scale.ticks.map(
    ({ at: x, label }) =>
      html`<path class="axis" d="M${at(x)} ${y}v4"/><text x="${at(x)}" y="${y + 17}" text-anchor="middle">${label}</text>`,
  );
}

function drawUp(scale: Scale): Html[] {
  return scale.ticks.map(
    ({ at: y, label }) =>
      html`<path class="axis" d="M46 ${at(y)}h4"/><text x="42" y="${at(y + 4)}" text-anchor="end">${label}</text>`,
  );
}

/** Reliability of one or both sides: on the diagonal a score of 0.8 comes true 8 times in 10. */
export function plotReliability(
  sides: readonly { readonly side: Side; readonly bins: readonly ReliabilityBin[] }[],
  outcome: string,
): Html {
  const [across, up] = [makeScale(unit, 50, 410), makeScale(unit, 330, 10)];
  return html`<svg viewBox="0 0 420 372" role="img" aria-labelledby="reliability-plot">
<title id="reliability-plot">Reliability of ${sides.map(({ side }) => side).join(' and ')}: mean score of each bin against the ${outcome}; the numbers are in the table below</title>
<path class="axis" d="M50 10V330H410"/>${drawAcross(across, 330)}${drawUp(up)}
<path class="reference" d="M50 330L410 10"/>
${sides.map(({ side, bins }) => drawReliability(side, bins, across, up))}
<text x="230" y="368" text-anchor="middle">mean score</text><text x="58" y="22">${outcome}</text>
</svg>`;
}

/** A point for each bin, larger the more rows are in it. */
function drawReliability(side: Side, bins: readonly ReliabilityBin[], across: Scale, up: Scale): Html {
  const most = Math.max(1, ...bins.map(({ rows }) => rows));
  const points = bins.flatMap(({ meanScore, shareTrue, rows }) =>
    meanScore === null || shareTrue === null
      ? []
      : [{ x: across.place(meanScore), y: up.place(shareTrue), radius: 2.5 + 5 * Math.sqrt(rows / most) }],
  );
  const path = points.map(({ x, y }, place) => `${place === 0 ? 'M' : 'L'}${at(x)} ${at(y)}`).join('');
  const marks = points.map(({ x, y, radius }) =>
    side === 'challenger'
      ? html`<circle class="challenger" cx="${at(x)}" cy="${at(y)}" r="${at(radius)}"/>`
      : html`<rect class="champion hollow" x="${at(x - radius)}" y="${at(y - radius)}" width="${at(2 * radius)}" height="${at(2 * radius)}"/>`,
  );
  return html`${points.length > 1 ? html`<path class="${side} curve" d="${path}"/>` : null}${marks}`;
}

export const totalOf = ({ counts }: Histogram): number => counts.reduce((sum, count) => sum + count, 0);

const sharesOf = (histogram: Histogram): number[] =>
  histogram.counts.map((count) => count / Math.max(1, totalOf(histogram)));

/** Scores of either class of one side, each as shares of its own rows: class 1 upwards, class 0 downwards. */
export function plotScores(side: Side, label0: Histogram, label1: Histogram): Html {
  const most = Math.max(...sharesOf(label0), ...sharesOf(label1), 1e-9);
  const across = makeScale(unit, 50, 410);
  const height = (share: number): number => (100 * share) / most;
  const title = `Scores of the ${side}: ${counted(totalOf(label1), 'row')} of class 1 upwards, ${totalOf(label0)} of class 0 downwards, as shares of their class`;
  return html`<svg viewBox="0 0 420 262" role="img" aria-labelledby="scores-${side}">
<title id="scores-${side}">${title}</title>
${drawBars(side, across, label1, sharesOf(label1).map(height), 'up')}
${drawBars(side, across, label0, sharesOf(label0).map(height), 'down')}
<path class="axis" d="M50 120H410M50 224H410"/>${drawAcross(across, 224)}
<text x="44" y="30" text-anchor="end">${percent(most)}</text><text x="44" y="124" text-anchor="end">0</text><text x="44" y="222" text-anchor="end">${percent(most)}</text>
<text x="410" y="12" text-anchor="end">class 1</text><text x="410" y="218" text-anchor="end">class 0</text>
<text x="230" y="259" text-anchor="middle">score</text>
</svg>`;
}

function drawBars(
  side: Side,
  across: Scale,
  { low, high, counts }: Histogram,
  heights: readonly number[],
  way: 'up' | 'down',
): Html[] {
  const edge = (bin: number): number => across.place(low + ((high - low) * bin) / counts.length);
  return heights.flatMap((height, bin) => {
    if (!(height > 0)) return [];
    const box = { x: edge(bin), width: edge(bin + 1) - edge(bin), y: way === 'up' ? 120 - height : 120 };
    const faint = way === 'down' ? ' faint' : '';
    return [
      html`<rect class="bar ${side}${faint}" x="${at(box.x)}" y="${at(box.y)}" width="${at(box.width)}" height="${at(Math.max(0.5, height))}"/>`,
    ];
  });
}

/** Residuals of one side; `most` is the share that the highest bar of either side stands for. */
export function plotResiduals(side: Side, histogram: Histogram, most: number): Html {
  const across = makeScale(histogram, 50, 410);
  const heights = sharesOf(histogram).map((share) => (100 * share) / Math.max(most, 1e-9));
  const zero = histogram.low < 0 && histogram.high > 0 ? at(across.place(0)) : null;
  return html`<svg viewBox="0 0 420 162" role="img" aria-labelledby="residuals-${side}">
<title id="residuals-${side}">Residuals of the ${side}, score less label: ${counted(totalOf(histogram), 'row')}; the outermost bars also count what lies beyond</title>
${drawBars(side, across, histogram, heights, 'up')}
${zero && html`<path class="reference" d="M${zero} 14V120"/>`}
<path class="axis" d="M50 120H410"/>${drawAcross(across, 120)}
<text x="44" y="30" text-anchor="end">${percent(most)}</text><text x="44" y="124" text-anchor="end">0</text>
<text x="230" y="157" text-anchor="middle">score less label</text>
</svg>`;
}

export const mostOf = (histograms: readonly Histogram[]): number =>
  Math.max(0, ...histograms.flatMap(sharesOf));

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
