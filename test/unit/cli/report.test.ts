import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { main } from '../../../cli/main.ts';
import { answering } from './answering.ts';
import { capturePrinted } from './printed.ts';

const { out, err } = capturePrinted();
const path = 'POST /api/models/tiny/metrics';
const nothing = { model: 'tiny', breaches: [], recoveries: [] };

describe('ratchet report', () => {
  it('sends what was measured, in a window of its own where none is named', async () => {
    const asked = await answering({ [path]: [202, nothing] }, async (url) => {
      const line = ['report', 'tiny', 'accuracy=0.91', 'loss=-1.5e-3', '--sample', '500', '--url', url];
      expect(await main(line)).toBe(0);
      const named = ['--window', 'march', '--observed-at', '2026-03-02T06:00:00Z'];
      expect(await main([...line, ...named, '--standard-error', 'accuracy=.02'])).toBe(0);
    });
    const metrics = { accuracy: 0.91, loss: -0.0015 };
    const first = asked[0]!.body as { window: string; observedAt: string };
    expect(first).toEqual({ window: first.observedAt, observedAt: first.observedAt, sample: 500, metrics });
    expect(new Date(first.observedAt).toISOString()).toBe(first.observedAt);
    expect(asked[1]!.body).toEqual({
      ...{ window: 'march', observedAt: '2026-03-02T06:00:00Z', sample: 500, metrics },
      standardErrors: { accuracy: 0.02 },
    });
    expect(out[0]).toBe('Reported. No rule of tiny was broken; ratchet explain tiny shows what each says.');
  });

  it('says which rules were broken, with the signal of each, and which are good again', async () => {
    const answer = {
      model: 'tiny',
      breaches: [{ rule: 'floor', signalId: 'metric:tiny:floor:march', summary: 'accuracy is 0.5\u001b[2J' }],
      recoveries: [{ rule: 'loss', summary: 'loss is 0.1' }],
    };
    await answering({ [path]: [202, answer] }, async (url) => {
      expect(await main(['report', 'tiny', 'accuracy=0.5', '--sample', '9', '--url', url])).toBe(0);
    });
    expect(out.join('\n')).not.toContain('\u001b[2J');
    const said = stripVTControlCharacters(out.join('\n'));
    expect(said).toMatch(
      /^breach +floor {2}accuracy is 0\.5.*\n +signal metric:tiny:floor:march\ngood +loss {2}loss is 0\.1$/,
    );
  });

  it.each([
    [['tiny', '--sample', '9'], /name what was measured/],
    [['tiny', 'accuracy', '--sample', '9'], /METRIC=VALUE.*found "accuracy"/],
    [['tiny', 'accuracy=high', '--sample', '9'], /found "accuracy=high"/],
    [['tiny', 'a=1', 'a=2', '--sample', '9'], /a is there twice/],
    [['tiny', 'a=1'], /--sample must be .*found nothing/],
    [['tiny', 'a=1', '--sample', '1.5'], /found "1\.5"/],
    [['tiny', 'a=1', '--sample', '9', '--standard-error', 'a'], /found "a"/],
  ])('asks for what it needs: %j', async (args, problem) => {
    expect(await main(['report', ...args])).toBe(2);
    expect(err.join('\n')).toMatch(problem);
  });
});
