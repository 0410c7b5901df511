import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { estimateHours } from '../../../shared/config/estimate.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import { jobNamesIn } from '../../../shared/domain/job-attempt.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
const gate = (more: string): string =>
  `gates:\n  - { gate: better, kind: against-champion, metric: accuracy${more} }\n`;
/** The sample with one gate, and with past champions scored. */
const file = (gates: string, pastChampions: string | number = 3): string =>
  sample
    .replace(/^gates:\n(?:(?: .*)?\n)*/m, gates)
    .replace('training:\n', `training:\n  pastChampions: ${pastChampions}\n`);
const parse = (text: string) => parseModelFile('m.yaml', text);
const problemsOf = (text: string): readonly string[] => {
  const parsed = parse(text);
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
};

describe('training.pastChampions', () => {
  it('may be said beside a gate that shows a version to be better', () => {
    expect(problemsOf(file(gate('')))).toEqual([]);
    expect(problemsOf(file(gate(', rule: superiority, margin: 0.01')))).toEqual([]);
  });

  it.each([
    ['allows a version to be worse', gate(', margin: 0.01')],
    [
      'only warns',
      `${gate(', severity: warn')}  - { gate: good, kind: bound, metric: accuracy, atLeast: 0.9 }\n`,
    ],
    ['takes the word of the job', gate(', source: reported')],
    ['compares with nothing', 'gates:\n  - { gate: good, kind: bound, metric: accuracy, atLeast: 0.9 }\n'],
  ])('may not where the only gate %s', (_what, gates) => {
    expect(problemsOf(file(gates))).toEqual([
      expect.stringMatching(
        /^training\.pastChampions: a past champion that is no better than the champion would be released again; add a gate of kind against-champion/,
      ),
    ]);
  });

  it.each([0, 11, 1.5, 'three'])('is a whole number from 1 to 10, not %s', (value) => {
    expect(problemsOf(file(gate(''), value))[0]).toMatch(/^training\.pastChampions: /);
  });

  it('changes the hash of no file that does not say it', () => {
    const parsed = parse(sample);
    if ('problems' in parsed) throw new Error(parsed.problems.join());
    expect(parsed.model.config.training).not.toHaveProperty('pastChampions');
  });

  it('reserves an evaluation for each past champion, in runs that may score them', () => {
    const jobs = { training: { timeout: 'PT4H', pastChampions: 3 }, evaluation: { timeout: 'PT1H' } };
    expect(estimateHours(jobs, 'retrain', 'drift')).toBe(8);
    expect(estimateHours(jobs, 'retrain', 'metric')).toBe(8);
    expect(estimateHours(jobs, 'retrain', 'manual')).toBe(5);
    expect(estimateHours(jobs, 'promote', 'registry')).toBe(1);
    // What a budget must cover is the most.
    expect(estimateHours(jobs, 'retrain')).toBe(8);
    const tight = file(gate('')).replace(
      /^policy:\n/m,
      'policy:\n  budget: { computeHours: 0.5, window: P7D }\n',
    );
    expect(problemsOf(tight)).toEqual([
      expect.stringMatching(/^policy\.budget: .*its jobs may take 0\.83 h/),
    ]);
  });
});

describe('the jobs of a run that scores past champions', () => {
  const runId = 'm-1';
  const scored = (verdict: string | null, jobName: string | null = 'j') => ({ verdict, jobName });

  it.each([
    ['before the first has been scored', [], ['m-1-evaluate']],
    ['while the second is', [scored('failed')], ['m-1-evaluate-2', 'm-1-evaluate']],
    ['after it was chosen', [scored('failed'), scored('passed')], ['m-1-evaluate-2', 'm-1-evaluate']],
    ['that had none for one', [scored(null, null), scored(null)], ['m-1-evaluate-2', 'm-1-evaluate']],
  ])('are known by their numbers %s', (_when, pastChampions, names) => {
    expect(jobNamesIn({ runId, pastChampions }, 'evaluate')).toEqual(names);
    expect(jobNamesIn({ runId, pastChampions }, 'train')).toEqual(['m-1-train']);
  });
});
