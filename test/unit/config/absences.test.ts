/** What keeps coming, in a model file. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cameKey, cameKeys } from '../../../shared/config/came-keys.ts';
import { findModelWarnings } from '../../../shared/config/find-warnings.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import { formatProblem } from '../../../shared/config/problem.ts';
import type { ModelConfig } from '../../../shared/config/schema.ts';

const sample = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
const parse = (triggers: string) =>
  parseModelFile('m.yaml', sample.replace(/\ntriggers:\n(?: {2}.*\n)+/, `\ntriggers:\n${triggers}\n`));

const others = `  metrics: [{ name: low, metric: accuracy, below: 0.9 }]
  queries: [{ name: asked, query: Scores, cron: '0 6 * * *', below: 1 }]
  runs: [{ name: logged, experiment: e, metric: rmse, above: 1 }]
  alerts: [{ name: slow, rule: p95 }]
  drift: true
`;

function problemsOf(triggers: string): string {
  const parsed = parse(triggers);
  return 'problems' in parsed ? parsed.problems.map(formatProblem).join('\n') : '';
}

function configOf(triggers: string): ModelConfig {
  const parsed = parse(triggers);
  if (!('model' in parsed)) throw new Error(problemsOf(triggers));
  return parsed.model.config;
}

const absence = (more: string) => problemsOf(`${others}  absences: [{ name: gone, ${more} }]`);

describe('absences', () => {
  it('have defaults, and leave the hash of a file without them as it was', () => {
    expect(configOf(`${others}  absences: [{ name: gone, of: low, for: P1D }]`).triggers.absences).toEqual([
      { name: 'gone', of: 'low', for: 'P1D', retrain: false },
    ]);
    expect(configOf(others).triggers).not.toHaveProperty('absences');
  });

  it.each([
    ['nothing to miss', absence('for: P1D'), 'triggers.absences.0.of'],
    [
      'a rule that is not there',
      absence('of: loww, for: P1D'),
      'triggers.absences.0.of: there is no rule loww in metrics, queries and runs; did you mean "low"?',
    ],
    ['an alert', absence('of: slow, for: P1D'), 'slow is an alert, which comes only when something is wrong'],
    [
      'runs of monitors that nobody follows',
      problemsOf('  registry: true\n  absences: [{ name: gone, of: drift, for: P1D }]'),
      'runs of monitors are not followed; give triggers.drift: true',
    ],
    [
      'reports that no rule judges',
      problemsOf('  registry: true\n  absences: [{ name: gone, of: metrics, for: P1D }]'),
      'no rule judges reported metrics; give one in triggers.metrics',
    ],
    [
      'a rule called data',
      problemsOf(
        '  metrics: [{ name: data, metric: rmse, above: 1 }]\n  absences: [{ name: gone, of: data, for: P1D }]',
      ),
      'data is a rule and the files of the data path',
    ],
    [
      'the name of a rule',
      problemsOf(`${others}  absences: [{ name: low, of: low, for: P1D }]`),
      'triggers.absences.0.name: low is a rule, an alert or what monitors find as well',
    ],
    [
      'a name twice',
      absence('of: low, for: P1D }, { name: gone, of: data, for: P1D'),
      'each absence needs a name of its own',
    ],
    ['a moment', absence('of: low, for: PT1M'), 'for: at least 10 minutes, PT10M'],
    ['an age', absence('of: low, for: P367D'), 'for: 366 days at most, P366D'],
    ['a day without a zone', absence('of: low, for: P1D, from: 2026-03-01'), 'an ISO 8601 time with a zone'],
    [
      'an unknown field',
      absence('of: low, for: P1D, retrian: true'),
      'triggers.absences.0.retrian: unknown field; did you mean "retrain"?',
    ],
  ])('are refused with %s', (_what, problems, message) => {
    expect(problems).toContain(message);
  });

  it('can be parts of a composite', () => {
    const composite = 'composites: [{ name: both, rules: [gone, low] }]';
    expect(problemsOf(`${others}  absences: [{ name: gone, of: data, for: P1D }]\n  ${composite}`)).toBe('');
    expect(problemsOf(`${others}  absences: [{ name: gnoe, of: data, for: P1D }]\n  ${composite}`)).toContain(
      'there is no rule gone in metrics, queries, runs, alerts and absences; did you mean "gnoe"?',
    );
  });
});

describe('what counts as having come', () => {
  const of = (...what: readonly string[]) =>
    configOf(
      `${others}  absences: [${what.map((of, at) => `{ name: a${at}, of: ${of}, for: P1D }`).join(', ')}]`,
    ).triggers;
  const all = of('low', 'asked', 'logged', 'metrics', 'data', 'drift');

  it('has a key for each thing that can be missed', () => {
    expect(all.absences!.map((each) => cameKey(all, each))).toEqual([
      ...['metric:low', 'query:asked', 'run:logged', 'metrics', 'data', 'drift'],
    ]);
  });

  it.each([
    [{ kind: 'metric', cause: 'metric:low' }, ['metric:low', 'metrics']],
    [{ kind: 'metric', cause: 'metric:other' }, ['metrics']],
    [{ cause: 'query:asked' }, ['query:asked']],
    [{ cause: 'run:logged' }, ['run:logged']],
    [{ kind: 'data' }, ['data']],
    [{ kind: 'drift', cause: 'drift:tiny_inputs' }, ['drift']],
    [{ cause: 'drift' }, ['drift']],
    [{ cause: 'alert:slow' }, []],
    [{ kind: 'manual' }, []],
    [{ kind: 'absence', cause: 'absence:a0' }, []],
  ])('counts %j for %j', (come, keys) => {
    expect(cameKeys(all, come)).toEqual(keys);
    expect(cameKeys(of('asked'), come)).toEqual(keys.filter((key) => key === 'query:asked'));
  });
});

describe('warnings', () => {
  const warningsOf = (triggers: string) =>
    findModelWarnings(configOf(triggers)).map(({ path, message }) => `${path.join('.')}: ${message}`);

  it('say that nobody is told of an absence', () => {
    expect(warningsOf(`${others}  absences: [{ name: gone, of: low, for: P1D }]`)).toContainEqual(
      'triggers.absences.0: nobody is told of it: it requests no run, is a part of no composite, and notices is empty; name a receiver there, docs/notices.md',
    );
    expect(
      warningsOf(`${others}  absences: [{ name: gone, of: low, for: P1D, retrain: true }]`),
    ).not.toContainEqual(expect.stringContaining('nobody is told'));
  });

  it('say that a query is asked too seldom', () => {
    const triggers = `${others}  absences: [{ name: gone, of: asked, for: PT20H, retrain: true }]`;
    expect(warningsOf(triggers)).toContainEqual(
      'triggers.absences.0.for: query asked is asked every 24 hours at times, and each time it is missed before; give more than that',
    );
    expect(warningsOf(triggers.replace('PT20H', 'P2D'))).toEqual(warningsOf(others));
  });
});
