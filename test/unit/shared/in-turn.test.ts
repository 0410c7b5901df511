import { expect, it } from 'vitest';
import { inTurn } from '../../../shared/in-turn.ts';

it('pieces of work in turn run one at a time, in their order, whatever becomes of one', async () => {
  const turn = inTurn();
  const told: string[] = [];
  const work = (name: string, fails = false) =>
    turn(async () => {
      told.push(`${name} begins`);
      await new Promise(setImmediate);
      told.push(`${name} ends`);
      if (fails) throw new Error(`${name} failed`);
      return name;
    });
  const results = await Promise.allSettled([work('a'), work('b', true), work('c')]);
  expect(told).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(results).toMatchObject([{ value: 'a' }, { reason: { message: 'b failed' } }, { value: 'c' }]);
});
