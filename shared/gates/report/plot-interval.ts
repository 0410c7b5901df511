import type { Finding } from '../../domain/gate-report.ts';
import { show } from '../measure-gate.ts';
import { type Html, html } from './html.ts';
import { at, fitScale, type Scale } from './scale.ts';

type Plotted = Pick<Finding, 'estimate' | 'limit' | 'interval'>;

/** What a plot of an interval must have room for. */
export function numbersOf({ estimate, limit, interval }: Plotted): number[] {
  return [estimate, limit, interval?.low, interval?.high].filter((value) => typeof value === 'number');
}

const plot = { width: 900, left: 14, right: 886 } as const;

/** Estimate, interval and limit of a gate on one axis. `id` is the element's; `zero` draws where no gain is. */
export function plotInterval(finding: Plotted, { id, zero }: { id: string; zero: boolean }): Html | null {
  const { estimate, limit, interval } = finding;
  // A count at its limit has nothing to show on an axis.
  if (estimate === null || (interval === null && estimate === limit && !zero)) return null;
  const scale = fitScale([...numbersOf(finding), ...(zero ? [0] : [])], plot.left, plot.right);
  const ticks = scale.ticks.map(
    ({ at: x, label }) =>
      html`<path class="axis" d="M${at(x)} 54v5"/><text x="${at(x)}" y="74" text-anchor="${anchorOf(x)}">${label}</text>`,
  );
  return html`<figure><svg viewBox="0 0 ${plot.width} 80" role="img" aria-labelledby="${id}-plot">
<title id="${id}-plot">${describe(finding)}</title>
<path class="axis" d="M${plot.left} 54H${plot.right}"/>${ticks}
${zero ? html`<path class="reference" d="M${at(scale.place(0))} 20V54"/>` : null}
${limit === null ? null : drawLimit(scale.place(limit), limit)}
${drawEstimate(scale, finding, 38)}
</svg></figure>`;
}

function drawLimit(x: number, limit: number): Html {
  return html`<path class="limit" d="M${at(x)} 18V54"/><text class="of-limit" x="${at(x)}" y="13" text-anchor="${anchorOf(x)}">limit ${show(limit)}</text>`;
}

/** Text near an end of the axis must not run over it. */
function anchorOf(x: number): 'start' | 'middle' | 'end' {
  if (x < 60) return 'start';
  return x > plot.width - 60 ? 'end' : 'middle';
}

function drawEstimate(scale: Scale, { estimate, interval }: Plotted, y: number): Html | null {
  if (estimate === null) return null;
  const span = interval && { low: at(scale.place(interval.low)), high: at(scale.place(interval.high)) };
  return html`${span && html`<path class="challenger span" d="M${span.low} ${y}H${span.high}M${span.low} ${y - 5}v10M${span.high} ${y - 5}v10"/>`}<circle class="challenger" cx="${at(scale.place(estimate))}" cy="${y}" r="5"/>`;
}

/** The same in a cell of a table, where all rows share one scale from 0 to 160 and the cell before has the numbers. */
export function plotSmallInterval(scale: Scale, finding: Plotted): Html | null {
  if (finding.estimate === null) return null;
  const { limit } = finding;
  return html`<svg viewBox="0 0 160 20" role="img" aria-label="${describe(finding)}">
<path class="axis" d="M0 10H160"/>${limit === null ? null : html`<path class="limit" d="M${at(scale.place(limit))} 1v18"/>`}
${drawEstimate(scale, finding, 10)}</svg>`;
}

function describe({ estimate, limit, interval }: Plotted): string {
  const range = interval ? `, interval ${show(interval.low)} to ${show(interval.high)}` : '';
  return `Estimate ${show(estimate ?? 0)}${range}${limit === null ? '' : `, limit ${show(limit)}`}`;
}
