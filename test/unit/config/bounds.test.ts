import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freezeEnd } from '../../../shared/admission/freezes.ts';
import { parseDurationMs } from '../../../shared/config/duration.ts';
import { FleetSchema } from '../../../shared/config/fleet-schema.ts';
import { parseFleetFile, parseModelFile } from '../../../shared/config/load.ts';
import type { Freeze } from '../../../shared/config/schema.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');

/** The sample with lines in place of one, and what is wrong with it: `line path: message`. */
function problemsOf(change: (text: string) => string): string[] {
  const text = change(sample);
  expect(text).not.toBe(sample);
  const parsed = parseModelFile('models/m.yaml', text);
  if (!('problems' in parsed)) return [];
  return parsed.problems.map(({ line, path, message }) => {
    expect(line).toBeGreaterThan(0);
    return `${path}: ${message}`;
  });
}

const policy = (line: string) => problemsOf((text) => text.replace('policy:\n', `policy:\n  ${line}\n`));
const longestRun = (value: string) =>
  problemsOf((text) => text.replace('longestRun: PT6H', `longestRun: ${value}`));
const cooldown = (value: string) => problemsOf((text) => text.replace('cooldown: P6D', `cooldown: ${value}`));
const timeout = (value: string) => problemsOf((text) => text.replace('timeout: PT10M', `timeout: ${value}`));
const triggers = (lines: string) =>
  problemsOf((text) => text.replace('triggers:\n', `triggers:\n${lines}\n`));
const margin = (lines: string) => problemsOf((text) => text.replace('    margin: 0.02', lines));
const command = (from: string, to: string) => problemsOf((text) => text.replace(from, to));
const freeze = (fields: string) => policy(`freezes: [{ name: f, ${fields} }]`);

describe('durations', () => {
  it.each([
    [
      'a pause of ages',
      cooldown('P999999999999D'),
      'policy.cooldown: cooldown: 366 days at most, P366D; found "P999999999999D"',
    ],
    [
      'a run of ages',
      longestRun('P3000000D'),
      'policy.longestRun: longestRun: 90 days at most, P90D: so long a run that died would hold its model back; found "P3000000D"',
    ],
    [
      'a run of no time',
      longestRun('PT0S'),
      'policy.longestRun: longestRun: at least a second, PT1S; found "PT0S"',
    ],
    ['a job of no time', timeout('PT0S'), 'training.timeout: timeout: at least a second, PT1S; found "PT0S"'],
    ['a job of ages', timeout('P91D'), 'training.timeout: timeout: 90 days at most, P90D; found "P91D"'],
    [
      'months',
      cooldown('P1M'),
      'policy.cooldown: an ISO 8601 duration without months or years, such as PT30M or P7D; found "P1M"',
    ],
    [
      'a suggestion of ages',
      policy('suggestionExpires: P3000000D'),
      'policy.suggestionExpires: suggestionExpires: 366 days at most, P366D; found "P3000000D"',
    ],
    [
      'a window of no time',
      policy('mostRuns: { count: 1, window: PT0S }'),
      'policy.mostRuns.window: window: at least a minute, PT1M; found "PT0S"',
    ],
    [
      'a window of ages',
      policy('budget: { window: P367D, computeHours: 9 }'),
      'policy.budget.window: window: 366 days at most, P366D; found "P367D"',
    ],
    [
      'a poll of no time',
      policy('pollJobs: PT0S'),
      'policy.pollJobs: pollJobs: at least a second, PT1S; found "PT0S"',
    ],
    [
      'a freeze of no time',
      freeze("cron: '0 17 * * 5', lasts: PT0S"),
      'policy.freezes.0.lasts: lasts: at least a minute, PT1M; found "PT0S"',
    ],
    [
      'an age of minutes',
      problemsOf((text) => text.replace('championAge: P90D', 'championAge: PT59M')),
      'triggers.championAge: championAge: at least an hour, PT1H; found "PT59M"',
    ],
  ])('are refused with their bounds and what was seen: %s', (_name, problems, said) => {
    expect(problems).toEqual([said]);
  });

  it('are bounded in every field there is, in the JSON Schema and the reference', () => {
    const schema = readFileSync('docs/schema/model.schema.json', 'utf8');
    const fields = JSON.parse(schema) as object;
    const durations: string[] = [];
    const unbounded: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { type, pattern, durationMinimum, durationMaximum, description } = node as Record<
        string,
        unknown
      >;
      if (type === 'string' && /ISO 8601 duration/.test(String(description))) {
        durations.push(path);
        if (!pattern || !durationMinimum || !durationMaximum) unbounded.push(path);
      }
      const { minimum, maximum, exclusiveMaximum, exclusiveMinimum } = node as Record<string, unknown>;
      const isBounded =
        (minimum !== undefined || exclusiveMinimum !== undefined) &&
        (maximum !== undefined || exclusiveMaximum !== undefined);
      if (type === 'integer' && !isBounded) unbounded.push(path);
      if (type === 'integer' && Number(maximum ?? exclusiveMaximum) > Number.MAX_SAFE_INTEGER)
        unbounded.push(path);
      for (const [key, inner] of Object.entries(node)) walk(inner, `${path}/${key}`);
    };
    walk(fields, '');
    expect(durations.length).toBeGreaterThan(8);
    expect(unbounded).toEqual([]);
    expect(readFileSync('docs/model-file.md', 'utf8')).toContain('From `PT1S` to `P90D`.');
  });

  it('of files from before there were bounds mean a hundred years at most', () => {
    for (const text of ['P999999999999D', `P${'9'.repeat(400)}W`]) {
      expect(parseDurationMs(text)).toBe(36_525 * 86_400_000);
    }
  });
});

describe('numbers', () => {
  it.each([
    [
      'a share in percent',
      problemsOf((text) => text.replace('holdoutShare: 0.3', 'holdoutShare: 30')),
      'data.holdoutShare',
    ],
    ['half a run', policy('breakAfter: 1.5'), 'policy.breakAfter'],
    ['a breaker after ages', policy('breakAfter: 1000000'), 'policy.breakAfter'],
    ['a budget without end', policy('budget: { computeHours: 1e12 }'), 'policy.budget.computeHours'],
    ['a budget of infinity', policy('budget: { computeHours: .inf }'), 'policy.budget.computeHours'],
    [
      'more rows than are judged',
      problemsOf((text) => text.replace('minimumSample: 20', 'minimumSample: 1e15')),
      'triggers.metrics.0.minimumSample',
    ],
    [
      'more partitions than there are',
      problemsOf((text) => text.replace('evaluateOn: 4', 'evaluateOn: 1000000')),
      'data.evaluateOn',
    ],
  ])('are refused with what was seen: %s', (_name, problems, path) => {
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${path.replaceAll('.', '\\.')}: .*; found `));
  });

  it('of the fleet are refused, too', () => {
    const parsed = parseFleetFile('fleet.yaml', 'maximumConcurrentRuns: 0\nshares: { a: -1 }\n', ['a']);
    expect('problems' in parsed && parsed.problems.map(({ path, line }) => `${path} ${line}`)).toEqual([
      'maximumConcurrentRuns 1',
      'shares.a 2',
    ]);
    expect(FleetSchema.safeParse({ shares: { a: 1e9 } }).success).toBe(false);
  });
});

describe('margins and thresholds that decide nothing', () => {
  it.each([
    [
      margin('    margin: 5'),
      'gates.1.margin: accuracy has values from 0 to 1: no challenger is worse by more than 1, and the margin is 5; did you mean 0.05?',
    ],
    [
      margin('    margin: 1'),
      'gates.1.margin: accuracy has values from 0 to 1: no challenger is worse by more than 1, and the margin is 1; did you mean 0.01?',
    ],
    [
      margin('    margin: 5\n    marginIs: relative'),
      "gates.1.margin: a relative margin is a share of the champion's value, and no challenger is worse by more than all of it; the margin is 5; did you mean 0.05?",
    ],
    [
      problemsOf((text) => text.replace('below: 0.95', 'below: 95')),
      'triggers.metrics.0.below: accuracy has values from 0 to 1: each is below 95; did you mean 0.95?; a metric of another scale needs another name',
    ],
    [
      problemsOf((text) => text.replace('below: 0.95', 'below: -1')),
      'triggers.metrics.0.below: accuracy has values from 0 to 1: none is below -1; a metric of another scale needs another name',
    ],
    [
      triggers('  runs: [{ name: r, experiment: live, metric: roc_auc, above: 1.5 }]'),
      'triggers.runs.0.above: roc_auc has values from 0 to 1: none is above 1.5; did you mean 0.015?; a metric of another scale needs another name',
    ],
  ])('are refused: %j', (problems, said) => {
    expect(problems).toEqual([said]);
  });

  it('are accepted where they can decide', () => {
    expect(margin('    margin: 0.5')).toEqual([]);
    expect(triggers('  runs: [{ name: r, experiment: live, metric: queue_length, above: 1000 }]')).toEqual(
      [],
    );
    expect(
      problemsOf((text) =>
        text.replace('metric: accuracy\n      below: 0.95', 'metric: accuracy_percent\n      below: 95'),
      ),
    ).toEqual([]);
  });
});

describe('commands', () => {
  const training = 'training.command';
  it.each([
    [
      '${{inputs.data}} --manifest ${{inputs.manifest}} --out',
      '${{inputs.dta}} --manifest ${{inputs.manifest}} --out',
      `${training}: \${{inputs.dta}} names no inputs of training; did you mean "data"?; it has data, manifest, epochs; others are declared in settings`,
    ],
    [
      '${{outputs.model}}',
      '${{outputs.modle}}',
      `${training}: \${{outputs.modle}} names no outputs of training; did you mean "model"?; it has model`,
    ],
    [
      '${{inputs.epochs}}',
      '${{inputs.epoch}}',
      `${training}: \${{inputs.epoch}} names no inputs of training; did you mean "epochs"?; it has data, manifest, epochs; others are declared in settings`,
    ],
    [
      'node train.ts',
      'cat x | node train.ts',
      `${training}: "|" at character 7 would need a shell, and none runs; quote it with '...' or move it into a script`,
    ],
    [
      'node train.ts',
      'node train.ts > log.txt',
      `${training}: ">" at character 15 would need a shell, and none runs; quote it with '...' or move it into a script`,
    ],
    [
      'node train.ts',
      'node train.ts && node b.ts',
      `${training}: "&" at character 15 would need a shell, and none runs; quote it with '...' or move it into a script`,
    ],
    [
      'node train.ts',
      'node train.ts $HOME',
      `${training}: "$" at character 15 would need a shell, and none runs; quote it with '...' or move it into a script`,
    ],
    [
      'node train.ts',
      'node "train.ts',
      `${training}: the " at character 6 is not closed; close it or escape it`,
    ],
    ['$[[--champion', '$[[ --champion ]] $[[', null],
    [
      '$[[--champion ${{inputs.champion}}]]',
      '$[[--champion ${{inputs.champion}}',
      'evaluation.command: the $[[ at character 110 is not closed; close it with ]]',
    ],
    [
      '${{outputs.evidence}}',
      '${{outputs.model}}',
      'evaluation.command: ${{outputs.model}} names no outputs of evaluation; it has evidence',
    ],
    ['${{outputs.evidence}}', '${{output.evidence}}', null],
  ])('are read before anything runs: %s becomes %s', (from, to, said) => {
    const problems = command(from, to);
    if (said !== null) expect(problems).toEqual([said]);
    else if (to.includes('output.'))
      expect(problems.join()).toContain('is no placeholder; write ${{inputs.NAME}}');
    else expect(problems).toEqual([]);
  });

  it('may have quotes, escapes, and shell characters inside of them', () => {
    expect(command('node train.ts', `node -e 'a | b > c; d && e' "x; y" \\| train.ts`)).toEqual([]);
  });
});

describe('times', () => {
  it.each([
    [
      'a date as a pattern',
      freeze('cron: 2026-12-20T00:00:00Z, lasts: P1D'),
      'a cron pattern of five fields',
    ],
    [
      'a date with a zone as a schedule',
      triggers("  schedules: [{ name: s, cron: '2026-12-20T00:00:00' }]"),
      'a cron pattern of five fields',
    ],
    [
      'a nickname as a schedule',
      triggers("  schedules: [{ name: s, cron: '@daily' }]"),
      'a cron pattern of five fields',
    ],
    [
      'a year of five digits',
      freeze("from: '2026-01-01T00:00:00Z', until: '+010239-01-01T00:00:00Z'"),
      'an ISO 8601 time with a zone',
    ],
    [
      'a day that there is not',
      freeze("from: '2026-02-30T00:00:00Z', until: '2026-03-02T00:00:00Z'"),
      'of a day that there is; found "2026-02-30T00:00:00Z"',
    ],
    [
      'a time without a zone',
      freeze("from: '2026-01-01T00:00:00', until: '2026-03-02T00:00:00Z'"),
      'an ISO 8601 time with a zone',
    ],
    [
      'a freeze that never ends',
      freeze("cron: '* * * * *', lasts: PT2M"),
      'it never ends; give fewer times, or mode off',
    ],
  ])('are refused with what was seen: %s', (_name, problems, said) => {
    expect(problems.join()).toContain(said);
  });

  it('that a dense freeze begins at are followed in bounded work', () => {
    const dense = { name: 'f', cron: '* * * * *', lasts: 'PT2M', timeZone: 'UTC', answer: 'defer' } as Freeze;
    const now = '2026-03-02T08:00:00.000Z';
    freezeEnd(dense, now);
    const began = process.cpuUsage();
    const end = freezeEnd(dense, now);
    const { user, system } = process.cpuUsage(began);
    expect(end! > '2026-03-02T09:00:00.000Z').toBe(true);
    expect((user + system) / 1000).toBeLessThan(500);
  });
});
