import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../../shared/backtest/read-policy.ts';
import { modelWith } from './histories.ts';

const base = modelWith({
  triggers: '{ metrics: [{ name: low, metric: accuracy, below: 0.9 }], drift: true }',
  policy: '{ cooldown: P1D }',
});
const readText = (text: string) => readPolicy({ file: 'quick.yaml', text, model: 'tiny', base });
const pinnedOf = (text: string) => {
  const read = readText(text);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read;
};
const problemsOf = (text: string) => {
  const read = readText(text);
  return 'problems' in read ? read.problems.map(({ line, path, message }) => [line, path, message]) : [];
};

describe('the text of a policy to be played', () => {
  it('takes the place of the part it names, and leaves the other as it is', () => {
    const { config, configHash } = pinnedOf('policy: { cooldown: P2D }\n').pinned;
    expect(config.policy.cooldown).toBe('P2D');
    expect(config.triggers).toEqual(base.config.triggers);
    expect(configHash).not.toBe(base.configHash);
    expect(pinnedOf('policy: { cooldown: P1D }\n').pinned.configHash).toBe(base.configHash);
  });

  it('is wrong in a line, with what was meant', () => {
    expect(problemsOf('policy:\n  cooldwn: P1D\n  mode: sometimes\n')).toEqual([
      [3, 'policy.mode', expect.stringContaining('sometimes')],
      [2, 'policy.cooldwn', 'unknown field; did you mean "cooldown"?'],
    ]);
    expect(problemsOf('polcy: {}\n')).toEqual([[1, 'polcy', 'unknown field; did you mean "policy"?']]);
    expect(problemsOf('policy: [\n')[0]![0]).toBe(2);
  });

  it('says in which line parts do not fit the rest of the file', () => {
    const [problem] = problemsOf('policy:\n  cooldown: P1D\n  budget:\n    computeHours: 1\n');
    expect(problem).toEqual([4, 'policy.budget', expect.stringContaining('never covers a run')]);
  });

  it('is warned of in its own lines alone', () => {
    const { warnings } = pinnedOf('policy:\n  cooldown: P1D\n  longestRun: PT1M\n');
    expect(warnings).toMatchObject([{ file: 'quick.yaml', line: 3, path: 'policy.longestRun' }]);
    expect(pinnedOf('triggers: { drift: true }\n').warnings).toEqual([]);
  });

  it('may be a whole model file, of this model alone', () => {
    const text = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    expect(pinnedOf(text).pinned.config.policy.pollJobs).toBe('PT3S');
    expect(problemsOf(text.replace('model: tiny', 'model: other'))).toEqual([
      [1, 'model', 'is other, and the backtest is of tiny; give a file of that model'],
    ]);
  });

  it('has something in it, and a file to be put into', () => {
    expect(problemsOf('# nothing\n')).toEqual([
      [0, '', 'has neither policy nor triggers: there is nothing in it to play'],
    ]);
    expect(readPolicy({ file: 'quick.yaml', text: 'policy: {}', model: 'tiny', base: null })).toMatchObject({
      problems: [{ message: expect.stringContaining('has no field model') }],
    });
  });
});
