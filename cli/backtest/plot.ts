/** The metric over time as it was reported, its reference, and below it the runs of each policy. */
import type { Backtest } from '../../shared/backtest/backtest.ts';
import { type Html, html } from '../../shared/gates/report/html.ts';
import { number } from './describe.ts';

const width = 900;
const left = 60;
const plotHeight = 180;
const rowHeight = 26;

export function plotBacktest({ reports, measure, policies, from, until }: Backtest): Html | null {
  const spanMs = Date.parse(until) - Date.parse(from);
  if (spanMs <= 0) return null;
  const x = (at: string): string =>
    tenths(left + ((Date.parse(at) - Date.parse(from)) / spanMs) * (width - left - 10));
  const values = [...reports.map(({ value }) => value), ...(measure ? [measure.reference] : [])];
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const y = (value: number): string =>
    tenths(10 + (1 - (value - lowest) / (highest - lowest || 1)) * (plotHeight - 20));
  const top = reports.length > 0 ? plotHeight : 0;
  const height = top + policies.length * rowHeight + 24;
  const line = reports.map(({ at, value }) => `${x(at)},${y(value)}`).join(' ');
  const title = `${measure?.metric ?? 'Runs'} as reported, and when each policy starts a run`;
  return html`<figure><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
${
  reports.length > 0
    ? html`<polyline class="curve challenger" points="${line}"/>
<text x="0" y="${y(highest)}">${number(highest)}</text><text x="0" y="${y(lowest)}">${number(lowest)}</text>`
    : null
}
${measure && reports.length > 0 ? html`<line class="limit" x1="${left}" x2="${width - 10}" y1="${y(measure.reference)}" y2="${y(measure.reference)}"/>` : null}
${policies.map(({ name, runList }, place) => {
  const row = top + (place + 0.6) * rowHeight;
  return html`<line class="axis" x1="${left}" x2="${width - 10}" y1="${row}" y2="${row}"/><text x="0" y="${row + 4}">${place + 1}</text>
${runList.map((run) => html`<circle class="${run.isRecorded ? 'champion' : 'champion hollow'}" cx="${x(run.startedAt)}" cy="${row}" r="4"><title>${name}: ${run.runId}, ${run.startedAt}</title></circle>`)}`;
})}
<text x="${left}" y="${height - 4}">${from.slice(0, 10)}</text><text x="${width - 90}" y="${height - 4}">${until.slice(0, 10)}</text>
</svg><figcaption>${title}. ${policies.map(({ name }, place) => `${place + 1}: ${name}`).join('; ')}. A run that took place is filled; one that is assumed is hollow.</figcaption></figure>`;
}

const tenths = (value: number): string => String(Number(value.toFixed(1)));
