/** How the demo words what the application says: shorter, and never wider than its terminal. Pure. */
import type { GateResult } from '../shared/domain/gate-report.ts';
import type { Run } from '../shared/domain/run.ts';

export function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** `08-29 06:00`, of an ISO 8601 time: every year here is 2002. */
export function shortTime(iso: string): string {
  return `${iso.slice(5, 10)} ${iso.slice(11, 16)}`;
}

/** Times as above, runs without the model's name, files without path and etag, and no outcome that stands beside it. */
export function plain(text: string): string {
  return text
    .replace(/^Rejected: /, '')
    .replaceAll(/\d{4}-(\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z/g, '$1 $2')
    .replaceAll(/\b[\w-]+-(\d{8}-[0-9a-f]{8})\b/g, '$1')
    .replaceAll(/mail\/spam-filter\/([\w-]+\.csv)(?::0x[0-9A-F]+)?/g, '$1');
}

/** Who asked for a run: `metric and 2 more`. */
export function askedBy({ signalKind, signals }: Pick<Run, 'signalKind' | 'signals'>): string {
  return signals.length > 1 ? `${signalKind} and ${signals.length - 1} more` : signalKind;
}

/** A gate in a line: what was measured, how sure it is, and what was asked. Every metric here is a share. */
export function gateLine(result: GateResult): string {
  const { gate, verdict, severity, interval, estimate, limit, slices, sentence, metric, kind } = result;
  const name = `${gate} ${severity === 'block' ? '' : `(${severity}) `}${verdict}: `;
  if (interval === null || estimate === null || limit === null) return name + plain(sentence);
  const what = kind === 'against-champion' ? `gain in ${metric}` : metric;
  const confidence = Number((100 * interval.confidence).toPrecision(4));
  const range = `${confidence} % CI ${(100 * interval.low).toFixed(1)} to ${percent(interval.high)}`;
  return `${name}${what} ${percent(estimate)}, ${range}, limit ${100 * limit} %${slicesOf(slices)}`;
}

function slicesOf(slices: GateResult['slices']): string {
  if (slices === null) return '';
  const counts = Map.groupBy(slices.results, ({ verdict }) => verdict);
  const said = [...counts].map(([verdict, results]) => `${results.length} ${verdict}`);
  return `; by ${slices.by} ${said.join(', ') || 'none'}`;
}

/** Lines of at most `width` characters, broken between words, never between a number and its `%`. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ (?!%)/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
