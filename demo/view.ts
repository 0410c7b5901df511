/**
 * What the demo shows on a terminal: one line for each thing that happens, so that a log file reads as well.
 *
 * Owns: words, columns and colours. Does not own: what happened, and when.
 */
import pc from 'picocolors';
import type { Decision } from '../shared/domain/decision.ts';
import type { Run } from '../shared/domain/run.ts';
import { drawChart } from './chart.ts';
import type { DemoReport, WeekResult } from './report.ts';

/** Weeks with less mail than this are shown, but left out of the chart: a single mail would span all of it. */
const leastMailsCharted = 20;

/** Room for the longest outcome of a run, `evaluation-failed` apart. */
const eventWidth = 11;
const clearLine = '\r\u001b[2K';

export interface View {
  title(text: string): void;
  /** A fact of the set-up: what, and the details. */
  fact(name: string, details: string): void;
  weekHeader(): void;
  week(week: WeekResult): void;
  breach(summary: string): void;
  decision(decision: Decision): void;
  /** A run whose phase has changed. */
  run(run: Run): void;
  takenUp(version: string): void;
  /** Time goes by: on a terminal, says in a passing line what is under way. */
  tick(): void;
  closing(report: DemoReport): void;
}

export interface ViewOptions {
  readonly write: (text: string) => void;
  readonly color: boolean;
  /** Whether a line may be overwritten: a terminal, not a file. */
  readonly live: boolean;
}

export function terminalView({ write, color, live }: ViewOptions): View {
  const c = pc.createColors(color);
  let passing = false;
  const line = (text = ''): void => {
    write(`${passing ? clearLine : ''}${text}\n`);
    passing = false;
  };
  const event = (paint: (text: string) => string, name: string, text: string): void =>
    line(`    ${paint(name.padEnd(eventWidth))} ${text}`);
  const phaseBeganAt = new Map<string, number>();
  let underWay: Run | null = null;

  return {
    title: (text) => line(`\n${c.bold(text)}`),
    fact: (name, details) => line(`  ${c.dim(name.padEnd(13))}${details}`),
    weekHeader: () => line(c.dim('  week of       mails   accuracy   never retrained   champion')),
    week: (week) => line(`  ${weekColumns(week)}`),
    breach: (summary) => event(c.yellow, 'breach', summary),
    decision: ({ outcome, sentence }) => event(c.cyan, outcome, sentence),
    run: (run) => {
      underWay = run.outcome === null ? run : null;
      const nowMs = performance.now();
      const tookMs = nowMs - (phaseBeganAt.get(run.runId) ?? nowMs);
      phaseBeganAt.set(run.runId, nowMs);
      const took = tookMs > 0 ? c.dim(` after ${seconds(tookMs)}`) : '';
      if (run.outcome === null) return event(c.dim, 'run', `${run.runId} ${run.phase}${took}`);
      event(run.released ? c.green : c.red, run.outcome, run.sentence);
    },
    takenUp: (version) =>
      event(c.green, 'in use', `the production application scores with version ${version}`),
    tick: () => {
      if (!live || !underWay) return;
      const forMs = performance.now() - (phaseBeganAt.get(underWay.runId) ?? 0);
      write(`${clearLine}    ${c.dim(`${'…'.padEnd(eventWidth)} ${underWay.phase} ${seconds(forMs)}`)}`);
      passing = true;
    },
    closing: (report) => {
      line();
      for (const row of closingChart(report.weeks)) line(`  ${row}`);
      line();
      for (const [name, value] of closingTable(report)) line(`  ${c.dim(name.padEnd(28))}${value}`);
      for (const problem of report.missing) line(`  ${c.red('missing')}  ${problem}`);
      line();
    },
  };
}

function weekColumns(week: WeekResult): string {
  const accuracy = percent(week.accuracy);
  const never = percent(week.accuracyNeverRetrained);
  return [
    week.weekStart.padEnd(12),
    String(week.n).padStart(7),
    accuracy.padStart(11),
    `${never.padStart(18)}   `,
    week.championVersion,
  ].join('');
}

function closingChart(weeks: readonly WeekResult[]): string[] {
  const charted = weeks.filter((week) => week.n >= leastMailsCharted);
  const rows = drawChart(
    [
      { mark: '●', values: charted.map((week) => week.accuracy) },
      { mark: '○', values: charted.map((week) => week.accuracyNeverRetrained) },
    ],
    charted.map((week) => week.weekStart.slice('2002-'.length)),
  );
  return ['accuracy by week   ● champion   ○ never retrained', '', ...rows];
}

function closingTable(report: DemoReport): [string, string][] {
  const outcomes = Object.entries(report.decisions).map(([outcome, count]) => `${count} ${outcome}`);
  const released = report.runs.filter((run) => run.released).length;
  return [
    ['mails scored', String(report.weeks.reduce((sum, week) => sum + week.n, 0))],
    ['accuracy', percent(report.accuracy)],
    ['accuracy, never retrained', percent(report.accuracyNeverRetrained)],
    ['decisions', outcomes.join(', ')],
    ['runs', `${report.runs.length}, ${released} released`],
    ['took', seconds(report.durationMs)],
  ];
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
