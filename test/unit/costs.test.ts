/** The sums of docs/costs.md, from the counts and prices that stand there. What is counted is test/e2e/costs.test.ts. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const page = readFileSync('docs/costs.md', 'utf8');

/** The numbers of a row, by its first cell. */
function row(name: string): readonly number[] {
  const found = new RegExp(`^\\| ${name} \\|(.*)\\|$`, 'm').exec(page);
  if (!found) throw new Error(`docs/costs.md has no row ${name}`);
  return found[1]!.split('|').map((cell) => Number(cell.trim().replaceAll(',', '')));
}

const releaseAtMost = 5_629;
const hours = 730;

function monthOf(models: number): {
  readonly executions: number;
  readonly gigabytes: number;
  readonly dollars: number;
} {
  const perModel = ([report, signal, run]: readonly [number, number, number], release: number): number =>
    models * (720 * report + 30 * signal + 2 * run + release);
  const sum = (column: number, release = 0): number =>
    hours * row('hour of idling')[column]! +
    perModel([row('report')[column]!, row('signal')[column]!, row('run')[column]!], release);
  const executions = sum(0, releaseAtMost);
  const price = (name: string): number => row(name)[1]! / row(name)[0]!;
  const beyond = (count: number, free: number): number => Math.max(0, count - free);
  const instances = Math.max(1, (executions * 0.1) / (hours * 3_600));
  const kilobytes =
    sum(6) + executions * row('execution')[0]! + instances * hours * 60 * row('minute of an instance')[0]!;
  const dollars =
    beyond(executions, 250_000) * price('executions') +
    beyond(executions * 0.1 * 2, 100_000) * price('GB-seconds') +
    (sum(1) + sum(2)) * price('table transactions') +
    sum(3) * price('blob reads') +
    sum(4) * price('blob writes') +
    hours * price('Service Bus') +
    beyond(sum(5), 13_000_000) * price('messages') +
    beyond(kilobytes / 1e6, 5) * price('telemetry');
  return { executions, gigabytes: kilobytes / 1e6, dollars };
}

it.each([1, 100, 10_000])('the sums for %i models are those of the formula', (models) => {
  const { executions, gigabytes, dollars } = monthOf(models);
  const shown = [executions.toLocaleString('en-US'), gigabytes.toFixed(1), dollars.toFixed(2)].join(' | ');
  expect(page).toContain(`| ${models.toLocaleString('en-US')} | ${shown} |`);
});

it('the release is that of the benchmark', () => {
  const benchmarks = readFileSync('docs/benchmarks.md', 'utf8');
  const section = benchmarks.split('## bench:release')[1]!.split('\n## ')[0]!;
  const begun = [...section.matchAll(/^\| [^|]+ \| [\d.]+ \| \**([\d,]+)\** \|/gm)].map(([, number]) =>
    Number(number!.replaceAll(',', '')),
  );
  expect(begun.reduce((all, each) => all + each, 0)).toBe(releaseAtMost);
});
