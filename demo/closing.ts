/** The end of the demo: a chart of the weeks, and the story in figures. Pure. */
import { drawChart } from './chart.ts';
import type { WeekResult } from './observations.ts';
import type { DemoReport } from './report.ts';
import { percent, plain, seconds } from './words.ts';

/** Weeks with less mail than this are shown, but left out of the chart: a single mail would span all of it. */
const leastMailsCharted = 20;

export function closingChart(weeks: readonly WeekResult[]): string[] {
  const charted = weeks.filter((week) => week.n >= leastMailsCharted);
  const rows = drawChart(
    [
      { mark: '●', values: charted.map((week) => week.accuracy) },
      { mark: '○', values: charted.map((week) => week.accuracyNeverRetrained) },
    ],
    charted.map((week) => week.weekStart.slice('2002-'.length)),
  );
  return ['accuracy by week   ● in production   ○ never retrained', '', ...rows];
}

export function closingTable(report: DemoReport): [string, string][] {
  const candidates = report.runs.filter(({ outcome }) => outcome === 'candidate').length;
  const ends = Map.groupBy(report.releases, ({ state }) => state);
  const answered = Object.entries(report.answeredByRun).map(([kind, count]) => `${count} ${kind}`);
  return [
    ['mails scored', String(report.weeks.reduce((sum, week) => sum + week.n, 0))],
    ['accuracy', percent(report.accuracy)],
    ['accuracy, never retrained', percent(report.accuracyNeverRetrained)],
    ['mails not scored', String(report.weeks.reduce((sum, week) => sum + week.failed, 0))],
    ['runs', `${report.runs.length}, ${candidates} with a candidate to release`],
    ['releases', [...ends].map(([state, all]) => `${all.length} ${state}`).join(', ') || 'none'],
    ['decisions', listCounts(report.decisions)],
    ...Object.entries(report.reasons).map(([kind, counts]): [string, string] => [
      `  on ${kind} signals`,
      listCounts(counts),
    ]),
    ['served by a run', answered.join(', ') || 'none'],
    ['deferred for a while', listCounts(report.held)],
    ...report.refusedFiles.map(({ why }): [string, string] => ['refused', plain(why)]),
    ['took', seconds(report.durationMs)],
  ];
}

function listCounts(counts: Readonly<Record<string, number>>): string {
  const said = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  return said.join(', ') || 'none';
}
