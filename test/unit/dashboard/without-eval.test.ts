import '../../../dashboard/trial/without-eval.ts';
import { expect, it } from 'vitest';
import { PolicyTrial } from '../../../dashboard/trial/try-policy.ts';
import { modelWith } from '../backtest/histories.ts';

it('the worker of the page makes no code of text, nor tries whether it may', async () => {
  const pinned = modelWith({ triggers: '{}', policy: '{}' });
  const trying = { ask: async () => pinned, model: 'tiny', tell: () => undefined };
  const made: unknown[] = [];
  const real = globalThis.Function;
  globalThis.Function = new Proxy(real, {
    construct(target, text) {
      made.push(text);
      return Reflect.construct(target, text) as object;
    },
  });
  try {
    expect(await new PolicyTrial().check(trying, 'policy: { cooldown: P2D }')).toMatchObject({
      problems: [],
    });
  } finally {
    globalThis.Function = real;
  }
  expect(made).toEqual([]);
});
