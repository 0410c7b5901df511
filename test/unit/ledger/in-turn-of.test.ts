import type { TableClient } from '@azure/data-tables';
import { describe, expect, it } from 'vitest';
import { inTurnOf } from '../../../shared/ledger/in-turn-of.ts';

const table = (): TableClient => ({}) as TableClient;

describe('work on one partition', () => {
  it('is done one after another, in the order in which it comes, and a failure holds up nobody', async () => {
    const [at, done] = [table(), [] as string[]];
    const step = (name: string) => async () => {
      done.push(`${name} begins`);
      await Promise.resolve();
      done.push(`${name} ends`);
      if (name === 'b') throw new Error('b fails');
    };
    const all = await Promise.allSettled(['a', 'b', 'c'].map((name) => inTurnOf(at, 'spam', step(name))));
    expect(done).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('does not wait for what never ends, nor for all that waits before it', async () => {
    const at = table();
    const never = new Promise<never>(() => {});
    for (let before = 0; before < 50; before++) void inTurnOf(at, 'spam', () => never, 20);
    expect(await inTurnOf(at, 'spam', async () => 'done', 20)).toBe('done');
  });

  it('does not wait for that on another', async () => {
    const at = table();
    void inTurnOf(at, 'spam', () => new Promise<never>(() => {}));
    expect(await inTurnOf(at, 'ham', async () => 'done')).toBe('done');
  });
});
