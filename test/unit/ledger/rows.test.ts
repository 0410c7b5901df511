import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../shared/domain/decision.ts';
import { modelOfRun, type Run, runOutcomes, runPhases } from '../../../shared/domain/run.ts';
import { decisionOf, decisionRow } from '../../../shared/ledger/decisions.ts';
import { readDocument, writeDocument } from '../../../shared/ledger/document.ts';
import { timedKey, timeOfKey } from '../../../shared/ledger/row-keys.ts';
import { isAsFarAs, runOf, runRow } from '../../../shared/ledger/runs.ts';
import { decision, run } from '../../fixtures/ledger.ts';

/** Any UTF-16 units, halves of surrogate pairs among them. */
const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
});

const moment = fc
  .date({ min: new Date('1970-01-01'), max: new Date('2286-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

describe('the key of a decision', () => {
  it('sorts the later signal first', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), moment, moment, (a, b, early, late) => {
        fc.pre(early < late);
        expect(timedKey(b, late) < timedKey(a, early)).toBe(true);
      }),
    );
  });

  it('is made of the time left and the hash of the signal, however the time is written', () => {
    const key = timedKey('metric:1', '2002-09-02T00:00:00Z');
    expect(key).toMatch(/^8969075199999-[0-9a-f]{32}$/);
    expect(timedKey('metric:1', '2002-09-02T00:00:00.000Z')).toBe(key);
    expect(timedKey('metric:2', '2002-09-02T00:00:00Z')).not.toBe(key);
  });

  it('gives back its time', () => {
    fc.assert(
      fc.property(fc.string(), moment, (id, at) => {
        expect(timeOfKey(timedKey(id, at))).toBe(at);
      }),
    );
  });

  it('holds no character a table refuses, whatever the signal is called', () => {
    fc.assert(
      fc.property(anyText, moment, (id, at) => {
        expect(timedKey(id, at)).toMatch(/^\d{13}-[0-9a-f]{32}$/);
      }),
    );
  });
});

describe('a row', () => {
  it('gives back the decision it was made of', () => {
    fc.assert(
      fc.property(anyText, fc.jsonValue(), (summary, value) => {
        const written: Decision = decision({ summary, evidence: { value: value as never } });
        expect(decisionOf(decisionRow(written))).toEqual(JSON.parse(JSON.stringify(written)));
      }),
    );
  });

  it('gives back the run it was made of', () => {
    const written = run({ phase: 'gate', outcome: 'gate-failed', endedAt: '2002-09-02T01:00:00.000Z' });
    expect(runOf(runRow(written))).toEqual(written);
    expect(runRow(written)).toMatchObject({
      partitionKey: 'spam-filter',
      rowKey: written.runId,
      phase: 'gate',
      outcome: 'gate-failed',
    });
  });

  it('holds a document larger than a property, and is plain ASCII, which no cut can harm', () => {
    const unit = fc.constantFrom('a', '\u{1F984}', 'é', '"');
    fc.assert(
      fc.property(
        fc.array(unit, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 2_000 }),
        (units, times) => {
          const document = { text: units.join('').repeat(times) };
          const row = writeDocument(document, {});
          for (const part of Object.values(row)) {
            expect(part.length).toBeLessThanOrEqual(30_000);
            expect(part).toMatch(/^[ -~]*$/);
          }
          expect(readDocument(row)).toEqual(document);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('refuses a document larger than a row', () => {
    expect(() => writeDocument({ text: 'x'.repeat(450_000) }, { signal: 's' })).toThrow(
      'a ledger row holds at most 450000 characters; found 450011; shorten the evidence',
    );
  });
});

describe('the model of a run id', () => {
  it('is what stands before date and hash', () => {
    expect(modelOfRun('spam-filter-20020902-1f2e3d4c')).toBe('spam-filter');
    expect(modelOfRun('a-1-20020902-1f2e3d4c')).toBe('a-1');
  });

  it.each(['', 'spam-filter', 'spam-filter-20020902', '20020902-1f2e3d4c', 'a-2002-09-02'])(
    'is unknown for %j',
    (text) => expect(modelOfRun(text)).toBeNull(),
  );
});

describe('of two states of a run', () => {
  const state: fc.Arbitrary<Run> = fc
    .record({
      phase: fc.constantFrom(...runPhases),
      outcome: fc.option(fc.constantFrom(...runOutcomes)),
      endedAt: fc.option(fc.constant('2002-09-02T01:00:00.000Z')),
      released: fc.boolean(),
      registeredVersion: fc.option(fc.constant('1')),
    })
    .map(run);

  it('the later phase is further', () => {
    expect(isAsFarAs(run({ phase: 'evaluate' }), run({ phase: 'train' }))).toBe(true);
    expect(isAsFarAs(run({ phase: 'train' }), run({ phase: 'evaluate' }))).toBe(false);
  });

  it('an ended one is further than any that goes on', () => {
    const ended = run({ phase: 'train', endedAt: '2002-09-02T01:00:00.000Z' });
    expect(isAsFarAs(run({ phase: 'release' }), ended)).toBe(false);
    expect(isAsFarAs(ended, run({ phase: 'release' }))).toBe(true);
  });

  it('one whose glass was broken is not undone by a late repeat of its end', () => {
    const ended = run({ phase: 'settled', outcome: 'gate-failed', endedAt: '2002-09-02T01:00:00.000Z' });
    const brokenGlass = { first: 'a', second: 'b', reasons: ['x', 'y'] as const, at: '', sentence: '' };
    expect(isAsFarAs(ended, { ...ended, brokenGlass })).toBe(false);
    expect(isAsFarAs({ ...ended, brokenGlass }, ended)).toBe(true);
  });

  it('the same one may be written again', () => {
    fc.assert(
      fc.property(state, (some) => {
        expect(isAsFarAs(some, some)).toBe(true);
      }),
    );
  });

  it('one is as far as the other, and in a row of three the order holds', () => {
    fc.assert(
      fc.property(state, state, state, (a, b, c) => {
        expect(isAsFarAs(a, b) || isAsFarAs(b, a)).toBe(true);
        if (isAsFarAs(a, b) && isAsFarAs(b, c)) expect(isAsFarAs(a, c)).toBe(true);
      }),
    );
  });

  it('the furthest is left, in whatever order they are written', () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 1 }), (states) => {
        const write = (list: readonly Run[]) =>
          list.reduce((known, next) => (isAsFarAs(next, known) ? next : known));
        const [one, other] = [write(states), write(states.toReversed())];
        expect(isAsFarAs(one, other) && isAsFarAs(other, one)).toBe(true);
      }),
    );
  });
});
