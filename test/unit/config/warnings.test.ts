import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadModels, parseModelFile } from '../../../shared/config/load.ts';

const sample = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');

function warningsOf(change: (text: string) => string): string[] {
  const parsed = parseModelFile('m.yaml', change(sample));
  if ('problems' in parsed) throw new Error(parsed.problems.map(({ message }) => message).join());
  return parsed.warnings.map(({ line, path, message }) => {
    expect(line).toBeGreaterThan(1);
    return `${path}: ${message}`;
  });
}

const schedule = (text: string) =>
  text.replace('triggers:\n', "triggers:\n  schedules: [{ name: weekly, cron: '0 6 * * 1' }]\n");
const newRows = (text: string) =>
  text
    .replace('policy:\n', 'policy:\n  minimumNewRows: 10\n')
    .replace('data:\n', 'data:\n  expect: { columns: { a: { type: number } } }\n');

const rulesOf = (count: number, kind: string, fields: string) =>
  Array.from(
    { length: count },
    (_, at) => `{ name: ${kind}-${at}, ${fields}, below: 0.9, confidence: 0.95 }`,
  );

describe('a valid model file', () => {
  it('that says what it means has no warnings', () => {
    expect(warningsOf((text) => text)).toEqual([]);
    expect(warningsOf((text) => newRows(schedule(text)))).toEqual([]);
    const sure = (text: string) => text.replace('below: 0.9', 'below: 0.9\n      confidence: 0.95');
    const advised = 'policy:\n  advice: signal\n  mostRuns: { count: 2, window: P7D }\n';
    expect(warningsOf((text) => sure(text).replace('policy:\n', advised))).toEqual([]);
  });

  it.each([
    [
      'a schedule that asks without new data',
      schedule,
      'triggers.schedules: requests runs without new data as well, and each is one more interim look at the same held-out rows, which spends the lifetime error budget (docs/gates.md, "Looking again"); set policy.minimumNewRows',
    ],
    [
      'a limit that is never passed',
      (text: string) => text.replace('below: 0.9', 'above: 1'),
      'triggers.metrics.0.above: accuracy is never above 1: the rule never requests a run',
    ],
    [
      'a confidence in what has no interval by itself',
      (text: string) =>
        text.replace(
          'metric: accuracy\n      below: 0.9',
          'metric: recall\n      below: 0.9\n      confidence: 0.95',
        ),
      'triggers.metrics.0.confidence: the sample alone says nothing of how sure recall is: a report without standardErrors.recall is never a breach; send it, or say valueIs: proportion where it is a share of the sample',
    ],
    [
      'more rules with a confidence than are kept',
      (text: string) =>
        text.replace(
          'triggers:\n  metrics:\n',
          [
            'triggers:',
            `  runs: [${rulesOf(20, 'run', 'experiment: e, metric: accuracy, sample: n').join(', ')}]`,
            `  queries: [${rulesOf(20, 'query', "query: T, cron: '0 6 * * *', standardError: se").join(', ')}]`,
            '  metrics:',
            ...rulesOf(21, 'metric', 'metric: accuracy').map((rule) => `    - ${rule}`),
            '',
          ].join('\n'),
        ),
      'triggers: 61 rules have a confidence, and how the windows of a rule stand is kept of 60 of a model: those tested longest ago begin anew each time, and raise more false alarms than they say; ask fewer rules for confidence',
    ],
    [
      'advice that never asks',
      (text: string) => text.replace('policy:\n', 'policy:\n  advice: signal\n'),
      'policy.advice: never requests a run: whether one pays cannot be said without policy.budget or policy.mostRuns',
    ],
    [
      'a gate that every challenger passes',
      (text: string) => text.replace('atLeast: 0.75', 'atLeast: 0'),
      'gates.0.atLeast: accuracy is always at least 0: every challenger passes',
    ],
    [
      'a metric that nobody may know',
      (text: string) =>
        text.replace('metric: accuracy\n    atLeast: 0.75', 'metric: size_bytes\n    atLeast: 0.75'),
      'gates.0.metric: Ratchet does not compute size_bytes: unless the evaluation reports it, in metrics.json or through MLflow, every run ends in an error; say that it does with source: reported',
    ],
    [
      'a champion that the first run does not have',
      (text: string) => text.replace('$[[--champion ${{inputs.champion}}]]', '${{inputs.champion}}'),
      'evaluation.command: before there is a champion the input has no value, and every run fails; write $[[--champion ${{inputs.champion}}]]',
    ],
    [
      'a run that is shorter than its jobs',
      (text: string) => text.replace('longestRun: PT10M', 'longestRun: PT1M'),
      'policy.longestRun: PT1M is shorter than the timeouts of the jobs together, 0.03 h: a run may be cancelled before its jobs reach theirs',
    ],
  ])('is warned of %s', (_name, change, said) => {
    expect(warningsOf(change)).toEqual([said]);
  });
});

describe('a valid fleet file', () => {
  it.each([
    [
      'without rules that it is about',
      '',
      0.05,
      'is about rules with a confidence, and no model file has one',
    ],
    [
      'of rules that keep to it by themselves',
      'confidence: 0.95',
      0.1,
      'asks nothing that the confidence of the 2 rules with one does not ask already; give less than 0.1, or leave it out',
    ],
    ['of rules that it asks something of', 'confidence: 0.95', 0.05, null],
  ])('is warned of a promise %s', (_name, rule, falseAlarms, said) => {
    const folder = mkdtempSync(join(tmpdir(), 'ratchet-promise-'));
    for (const name of ['a', 'b']) {
      const text = sample.replace('model: tiny', `model: ${name}`);
      writeFileSync(join(folder, `${name}.yaml`), text.replace('below: 0.9', `below: 0.9\n      ${rule}`));
    }
    writeFileSync(join(folder, 'fleet.yaml'), `falseAlarms: ${falseAlarms}\n`);
    const { fleet } = loadModels(folder);
    const warnings = fleet && 'warnings' in fleet ? fleet.warnings : [];
    expect(warnings.map(({ line, path, message }) => `${line} ${path}: ${message}`)).toEqual(
      said === null ? [] : [`1 falseAlarms: ${said}`],
    );
  });

  it('is warned, with the line, of models whose run their share or the budget does not hold', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ratchet-warnings-'));
    for (const [model, timeout] of Object.entries({ a: 'PT1H', b: 'PT4H', c: 'PT30H' })) {
      const text = sample
        .replace('model: tiny', `model: ${model}`)
        .replace('timeout: PT1M', `timeout: ${timeout}`);
      writeFileSync(join(folder, `${model}.yaml`), text.replace('longestRun: PT10M', 'longestRun: P2D'));
    }
    const fleet = 'budget:\n  window: P7D\n  computeHours: 20\nshares:\n  a: 8\n  b: 1\n';
    writeFileSync(join(folder, 'fleet.yaml'), fleet);
    const { fleet: parsed } = loadModels(folder);
    const warnings = parsed && 'warnings' in parsed ? parsed.warnings : [];
    expect(warnings.map(({ line, path, message }) => `${line} ${path}: ${message}`)).toEqual([
      '6 shares.b: a run of model b may take 4.02 h by the timeouts of its jobs, and its share of the budget is 2 h: it starts once in a window, and again only while nobody else waits; raise its share or the budget, or shorten the timeouts',
      '2 budget: a run of model c may take 30.02 h by the timeouts of its jobs, and the budget is 20 h: it never starts; raise the budget, or shorten the timeouts',
    ]);
  });
});
