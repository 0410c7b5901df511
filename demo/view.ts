/**
 * What the demo shows on a terminal: a line for each thing that happens, so that a log file reads as well.
 *
 * Owns: words, columns and colours. Does not own: what happened, and when.
 */
import pc from 'picocolors';
import type { Decision } from '../shared/domain/decision.ts';
import type { GateReport } from '../shared/domain/gate-report.ts';
import type { ReleaseRow, ReleaseState } from '../shared/domain/release-state.ts';
import type { Run } from '../shared/domain/run.ts';
import { closingChart, closingTable } from './closing.ts';
import type { WeekResult } from './observations.ts';
import type { DemoReport } from './report.ts';
import { askedBy, gateLine, percent, plain, seconds, shortTime, wrap } from './words.ts';

/** Room for the longest outcome of a run, `evaluation-failed` apart. */
const eventWidth = 11;
const clearLine = '\r\u001b[2K';
const lineWidth = 110;
const indent = 4;
const eventColumn = indent + '08-29 08:00'.length + 2;
const textColumn = eventColumn + eventWidth + 1;

export interface View {
  title(text: string): void;
  /** A fact of the set-up: what, and the details. */
  fact(name: string, details: string): void;
  weekHeader(): void;
  week(week: WeekResult): void;
  /** Something outside Ratchet. */
  happens(atMs: number, name: string, text: string): void;
  /** A signal that has come: what asks. */
  asks(decision: Decision): void;
  /** An answer to a signal, final or not. */
  decision(decision: Decision): void;
  /** A run whose phase has changed; with what the gates said, once it was judged. */
  run(run: Run, report: GateReport | null): void;
  /** A release whose state has changed. */
  release(row: ReleaseRow): void;
  /** Time goes by: on a terminal, says in a passing line what is under way. */
  tick(): void;
  closing(report: DemoReport): void;
}

interface ViewOptions {
  readonly write: (text: string) => void;
  readonly color: boolean;
  /** Whether a line may be overwritten: a terminal, not a file. */
  readonly live: boolean;
}

type Paint = (text: string) => string;

export function terminalView({ write, color, live }: ViewOptions): View {
  const c = pc.createColors(color);
  let passing = false;
  const line = (text = ''): void => {
    write(`${passing ? clearLine : ''}${text}\n`);
    passing = false;
  };
  const event = (time: string, paint: Paint, name: string, text: string): void => {
    const [first = '', ...more] = wrap(text, lineWidth - textColumn);
    line(`${' '.repeat(indent)}${c.dim(shortTime(time))}  ${paint(name.padEnd(eventWidth))} ${first}`);
    for (const rest of more) line(`${' '.repeat(textColumn)}${rest}`);
  };
  const detail = (text: string): void => {
    const [first = '', ...more] = wrap(text, lineWidth - eventColumn);
    line(`${' '.repeat(eventColumn)}${first}`);
    for (const rest of more) line(`${' '.repeat(textColumn)}${rest}`);
  };
  const paints: Readonly<Record<Decision['outcome'], Paint>> = {
    admitted: c.green,
    coalesced: c.cyan,
    deferred: c.yellow,
    rejected: c.red,
  };
  const beganAtMs = new Map<string, number>();
  let underWay: Run | null = null;

  const runSeen = (run: Run, report: GateReport | null): void => {
    underWay = run.outcome === null ? run : null;
    const began = beganAtMs.get(run.runId);
    if (began === undefined) {
      beganAtMs.set(run.runId, performance.now());
      event(run.startedAt, c.bold, 'run', `${run.runId} for ${askedBy(run)}`);
    }
    if (run.outcome === null) return;
    for (const gate of report?.gates ?? []) detail(gateLine(gate));
    const took = began === undefined ? '' : ` (${seconds(performance.now() - began)})`;
    const text = report === null ? plain(run.sentence) : saysVerdict(report);
    event(
      run.endedAt ?? run.startedAt,
      run.outcome === 'candidate' ? c.green : c.red,
      run.outcome,
      `${text}${took}`,
    );
  };

  return {
    title: (text) => line(`\n${c.bold(text)}`),
    fact: (name, details) => line(`  ${c.dim(name.padEnd(13))}${details}`),
    weekHeader: () => line(c.dim('  week of       mails   accuracy   never retrained   scored by')),
    week: (week) => line(`  ${c.bold(weekColumns(week))}`),
    happens: (atMs, name, text) => event(new Date(atMs).toISOString(), c.dim, name, text),
    asks: ({ signal, offeredAt }) => {
      event(offeredAt, c.bold, 'request', `${signal.kind}: ${plain(signal.summary)}${saysDrift(signal)}`);
    },
    decision: ({ outcome, reason, sentence, signal, decidedAt }) =>
      event(decidedAt, paints[outcome], outcome, `${signal.kind}, ${reason}: ${plain(sentence)}`),
    run: runSeen,
    release: ({ model, state, sentence, asks, writtenAt }) => {
      const paint = asks === null ? c[releaseColors[state] ?? 'cyan'] : c.yellow;
      event(writtenAt, paint, 'release', `version ${model.version} ${state}: ${plain(sentence)}`);
    },
    tick: () => {
      if (!live || !underWay) return;
      const forMs = performance.now() - (beganAtMs.get(underWay.runId) ?? 0);
      write(`${clearLine}${' '.repeat(textColumn)}${c.dim(`… ${underWay.phase} ${seconds(forMs)}`)}`);
      passing = true;
    },
    closing: (report) => {
      for (const each of closingLines(report, c)) line(each);
    },
  };
}

/** Where it is neither: cyan. */
const releaseColors: Readonly<Partial<Record<ReleaseState, 'green' | 'red'>>> = {
  settled: 'green',
  'rolling-back': 'red',
  'rolled-back': 'red',
  rejected: 'red',
  superseded: 'red',
  failed: 'red',
};

function closingLines(report: DemoReport, c: ReturnType<typeof pc.createColors>): string[] {
  const table = closingTable(report).flatMap(([name, value]) => {
    const [first = '', ...more] = wrap(value, lineWidth - 30);
    return [`  ${c.dim(name.padEnd(28))}${first}`, ...more.map((rest) => `${' '.repeat(30)}${rest}`)];
  });
  const missing = report.missing.map((problem) => `  ${c.red('missing')}  ${problem}`);
  const chart = closingChart(report.weeks).map((row) => `  ${row}`.trimEnd());
  return ['', ...chart, '', ...table, ...missing, ''];
}

function weekColumns({
  weekStart,
  n,
  accuracy,
  accuracyNeverRetrained,
  versions,
  failed,
}: WeekResult): string {
  const scoredBy = versions.length === 0 ? '-' : versions.join(', ');
  return [
    weekStart.padEnd(12),
    String(n).padStart(7),
    percent(accuracy).padStart(11),
    `${percent(accuracyNeverRetrained).padStart(18)}   `,
    failed === 0 ? scoredBy : `${scoredBy}; ${failed} not scored`,
  ].join('');
}

/** The features that a monitor found, by how far they drifted. */
function saysDrift({ kind, evidence }: Decision['signal']): string {
  const features = evidence['features'];
  if (kind !== 'drift' || !Array.isArray(features)) return '';
  const found = (features as { group?: string; metric_value?: number }[]).map(
    ({ group, metric_value }) => `${group} ${metric_value?.toFixed(2)}`,
  );
  return ` Stability index: ${found.join(', ')}.`;
}

function saysVerdict({ verdict, gates, rows, holdout, sentence }: GateReport): string {
  if (verdict !== 'passed') return plain(sentence);
  const blocking = gates.filter(({ severity }) => severity === 'block').length;
  const look = holdout === null ? '' : `, interim look ${holdout.look} at them`;
  return `${blocking === 1 ? 'the gate that blocks' : `all ${blocking} gates that block`} passed on ${rows} held-out mails${look}`;
}
