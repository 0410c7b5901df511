import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../shared/config/load.ts';

const sample = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
const parse = (triggers: string) =>
  parseModelFile('m.yaml', sample.replace(/\ntriggers:\n(?: {2}.*\n)+/, `\ntriggers:\n${triggers}\n`));

function problemsOf(triggers: string): string[] {
  const parsed = parse(triggers);
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

const query = (more: string) =>
  problemsOf(`  queries: [{ name: q, query: Scores, cron: '0 6 * * *'${more && `, ${more}`} }]`);
const metric = (more: string) => problemsOf(`  metrics: [{ name: m, metric: accuracy, ${more} }]`);
const run = (more: string, of = 'rmse') =>
  problemsOf(`  runs: [{ name: r, experiment: live, metric: ${of}, ${more} }]`);

describe('rules in the model file', () => {
  it('have defaults', () => {
    const parsed = parse("  queries: [{ name: q, query: Scores, cron: '0 6 * * *', below: 1 }]");
    expect('model' in parsed && parsed.model.config.triggers.queries).toEqual([
      {
        ...{ name: 'q', query: 'Scores', cron: '0 6 * * *', below: 1, timeZone: 'UTC' },
        ...{ lookBack: 'P1D', value: 'value', breaches: 1, windows: 1 },
      },
    ]);
  });

  it('may ask for some breaches of a few windows', () => {
    for (const rule of [query, metric, run]) expect(rule('above: 1, breaches: 20, windows: 20')).toEqual([]);
  });

  it('may ask how sure a breach is', () => {
    expect(metric('below: 1, confidence: 0.99')).toEqual([]);
    expect(metric('below: 1, confidence: 0.99, valueIs: proportion')).toEqual([]);
    expect(query('below: 1, confidence: 0.95, standardError: se')).toEqual([]);
    expect(query('below: 1, confidence: 0.95, sample: n, valueIs: proportion')).toEqual([]);
    expect(run('below: 1, confidence: 0.95, standardError: se')).toEqual([]);
    expect(run('below: 1, confidence: 0.95, sample: n, minimumSample: 9', 'accuracy')).toEqual([]);
    expect(run('below: 1, confidence: 0.95, sample: n, valueIs: proportion', 'hits')).toEqual([]);
  });

  it.each([
    ['no limit', query(''), 'give exactly one of below and above'],
    ['two limits', run('below: 1, above: 2'), 'give exactly one of below and above'],
    [
      'more breaches than windows',
      metric('below: 1, breaches: 2'),
      'breaches: at most as many as windows; give windows, too',
    ],
    ['too many windows', run('below: 1, windows: 21'), 'Too big: expected number to be <=20'],
    ['half a breach', query('below: 1, breaches: 0.5'), 'expected int, received number'],
    ['a pattern that never comes', query("below: 1, cron: '0 0 31 2 *'"), 'Map keys must be unique'],
    ['no look back', query('below: 1, lookBack: PT0S'), 'lookBack: at least a minute, PT1M'],
    ['an endless month', query('below: 1, lookBack: P1M'), 'an ISO 8601 duration without months or years'],
    [
      'a least sample of nothing',
      query('below: 1, minimumSample: 5'),
      'minimumSample needs a column to compare with; give sample, too',
    ],
    [
      'a confidence without an interval',
      query('below: 1, confidence: 0.95'),
      'confidence needs an interval; give standardError, or sample and valueIs: proportion where the value is a share of its rows',
    ],
    [
      'a confidence in what a run says nothing of',
      run('below: 1, confidence: 0.95, sample: n'),
      'triggers.runs.0.confidence: confidence needs an interval of rmse; give standardError, or sample and valueIs: proportion where the value is a share of its rows',
    ],
    [
      'a confidence in a share of unknown rows',
      run('below: 1, confidence: 0.95', 'accuracy'),
      'triggers.runs.0.confidence: confidence needs an interval of accuracy; give sample, the metric that says over how many rows',
    ],
    [
      'a least sample of a run that tells none',
      run('below: 1, minimumSample: 5'),
      'minimumSample needs a metric to compare with; give sample, too',
    ],
    [
      'a standard error of a run that nobody asks for',
      run('below: 1, standardError: se'),
      'standardError says how sure a value is, which nothing asks; give confidence, too',
    ],
    [
      'a share of no sample',
      query('below: 1, confidence: 0.95, valueIs: proportion'),
      'confidence needs an interval',
    ],
    [
      'a standard error that nobody asks for',
      query('below: 1, standardError: se'),
      'standardError says how sure a value is, which nothing asks; give confidence, too',
    ],
    [
      'a form that nobody asks for',
      metric('below: 1, valueIs: proportion'),
      'valueIs says how sure a value is, which nothing asks; give confidence, too',
    ],
    ['a percentage as confidence', metric('below: 1, confidence: 95'), '(95 as a share is 0.95)'],
    ['an unknown field', query('below: 1, lookback: P1D'), 'did you mean "lookBack"?'],
  ])('are refused with %s', (_name, problems, said) => {
    expect(problems.join()).toContain(said);
  });

  it('share no name, for it is part of what they ask', () => {
    expect(
      problemsOf(
        "  metrics: [{ name: low, metric: a, below: 1 }]\n  queries: [{ name: low, query: S, cron: '0 6 * * *', below: 1 }]",
      ),
    ).toEqual([
      'triggers: rule name low is given twice in metrics, queries and runs; it is part of what a rule asks, so choose another',
    ]);
  });
});

const composite = (more: string) =>
  problemsOf(`  metrics: [{ name: low, metric: accuracy, below: 0.9 }, { name: high, metric: psi, above: 1 }]
  alerts: [{ name: slow, rule: p95 }]
  composites: [{ name: both, ${more} }]`);

describe('rules that ask together', () => {
  it('have defaults', () => {
    const parsed = parse(
      '  drift: true\n  alerts: [{ name: slow, rule: p95 }]\n  composites: [{ name: c, rules: [slow, drift] }]',
    );
    expect('model' in parsed && parsed.model.config.triggers.composites).toEqual([
      { name: 'c', rules: ['slow', 'drift'], within: 'P7D', inOrder: false },
    ]);
  });

  it('leave the hash of a file without them as it was', () => {
    const parsed = parse('  drift: true');
    expect('model' in parsed && parsed.model.config.triggers).not.toHaveProperty('composites');
  });

  it.each([
    ['one rule', composite('rules: [low]'), 'expected array to have >=2 items'],
    ['a rule twice', composite('rules: [low, low]'), 'names each rule once'],
    [
      'a rule that is not there',
      composite('rules: [low, hihg]'),
      'triggers.composites.0.rules.1: there is no rule hihg in metrics, queries, runs, alerts and absences; did you mean "high"?',
    ],
    [
      'drift where monitors ask for nothing',
      composite('rules: [low, drift]'),
      'triggers.composites.0.rules.1: monitors ask for nothing; give triggers.drift: true',
    ],
    ['more than there are', composite('rules: [low, high], need: 3'), 'at most as many as there are rules'],
    [
      'some of them in order',
      composite('rules: [low, high, slow], need: 2, inOrder: true'),
      'inOrder is about all rules, and need about some of them; give one of the two',
    ],
    [
      'an unknown field',
      composite('rules: [low, high], whithin: P1D'),
      'triggers.composites.0.whithin: unknown field; did you mean "within"?',
    ],
    [
      'a name twice',
      composite('rules: [low, high] }, { name: both, rules: [low, slow]'),
      'each composite needs a name of its own',
    ],
    [
      'a name of a rule and of an alert',
      problemsOf(
        '  metrics: [{ name: slow, metric: rmse, above: 1 }]\n  alerts: [{ name: slow, rule: p }, { name: other, rule: q }]\n  composites: [{ name: c, rules: [slow, other] }]',
      ),
      'slow is a rule over a number and an alert; give one of them another name',
    ],
    [
      'a rule called drift beside the trigger',
      problemsOf(
        '  drift: true\n  metrics: [{ name: drift, metric: psi, above: 1 }, { name: low, metric: rmse, above: 1 }]\n  composites: [{ name: c, rules: [drift, low] }]',
      ),
      'drift is what model monitors find; give the rule of that name another one',
    ],
  ])('are refused with %s', (_what, problems, message) => {
    expect(problems.join('\n')).toContain(message);
  });
});
