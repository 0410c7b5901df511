import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../shared/domain/changes.ts';
import type { ChangedCard, NotedChange } from '../../../shared/ledger/cards.ts';
import { changesSince, tokenOf } from '../../../shared/ledger/change-token.ts';

const kept = 20;

/** A card after so many changes, each with an id of its own. */
function cardOf(model: string | null, n: number): ChangedCard {
  const first = Math.max(1, n - kept + 1);
  const recent = Array.from({ length: n - first + 1 }, (_, at): NotedChange => {
    return { n: first + at, kind: 'run', id: `${model}-${first + at}` };
  });
  return { model, n, recent };
}

const fleet = fc.uniqueArray(
  fc.record({ name: fc.stringMatching(/^[a-z]{1,6}$/), before: fc.nat(60), more: fc.nat(30) }),
  { maxLength: 40, selector: ({ name }) => name },
);

describe('a token of changes', () => {
  it('is told every model that has changed since, and the ids that are kept', () => {
    fc.assert(
      fc.property(fleet, (models) => {
        const before = models.map(({ name, before: n }) => cardOf(name, n));
        const after = models.map(({ name, before: n, more }) => cardOf(name, n + more));
        const told = changesSince(tokenOf(before), after);
        if (told.everything) return;
        for (const { name, before: n, more } of models) {
          const own = told.changes.filter(({ model }) => model === name);
          if (more > 0) expect(own.length).toBeGreaterThan(0);
          const ids = own.map(({ id }) => id);
          for (let at = n + Math.max(1, more - kept + 1); at <= n + more; at++)
            expect(ids).toContain(`${name}-${at}`);
        }
        expect(changesSince(told.token, after)).toEqual({
          token: told.token,
          changes: [],
          everything: false,
        });
      }),
    );
  });

  it('of one model is told nothing of others, and all of its own', () => {
    fc.assert(
      fc.property(fleet, (models) => {
        fc.pre(models.length > 0);
        const [{ name, before: n, more }] = models as [(typeof models)[number]];
        const after = models.map((each) => cardOf(each.name, each.before + each.more));
        const { changes } = changesSince(`m${n}`, after, name);
        const told = Math.min(more, kept);
        expect(changes.map(({ id }) => id)).toEqual([
          ...(more > kept ? [null] : []),
          ...Array.from({ length: told }, (_, at) => `${name}-${n + more - told + 1 + at}`),
        ]);
        expect(changes.every(({ model }) => model === name)).toBe(true);
      }),
    );
  });

  it('has everything read again where the ledger counts less than it did', () => {
    expect(changesSince(tokenOf([cardOf('a', 9)]), [cardOf('a', 3)])).toMatchObject({ everything: true });
    expect(changesSince('m9', [cardOf('a', 3)], 'a')).toMatchObject({ everything: true });
    expect(changesSince('m9', [cardOf('a', 3)])).toMatchObject({ everything: true });
  });

  it('says where more has changed than is kept that something has', () => {
    const told = changesSince(tokenOf([cardOf('a', 1)]), [cardOf('a', 100)]).changes;
    expect(told[0]).toEqual({ kind: 'decision', model: 'a', id: null } satisfies Change);
    expect(told).toHaveLength(kept + 1);
  });

  it.each(['', 'x', 'f', 'f!!!!', `f${'A'.repeat(50)}`, 'm', 'm-1', `m${'9'.repeat(30)}`, 'f'.repeat(5_000)])(
    'that nobody was given is refused: %s',
    (token) => {
      expect(() => changesSince(token, [cardOf('a', 1)])).toThrow(/after: a token of an earlier answer/);
    },
  );
});
