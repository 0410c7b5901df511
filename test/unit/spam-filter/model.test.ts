import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { slotsOf, tokenise } from '../../../examples/spam-filter/features.ts';
import { isHeldOut } from '../../../examples/spam-filter/holdout.ts';
import {
  type Example,
  loadModel,
  newModel,
  randomFrom,
  saveModel,
  score,
  trainEpoch,
} from '../../../examples/spam-filter/model.ts';
import { metricsOf, tallyMail } from '../../../examples/spam-filter/tally.ts';

const spamText = 'cheap pills buy now';
const hamText = 'the meeting is on monday';

function trained(seed: number) {
  const examples: Example[] = [spamText, hamText].map((text, index) => ({
    slots: slotsOf(text),
    label: index === 0 ? 1 : 0,
  }));
  const model = newModel();
  const random = randomFrom(seed);
  const losses = Array.from({ length: 20 }, () => trainEpoch(model, examples, 2, random));
  return { model, losses };
}

describe('the words of a mail', () => {
  it('count once each, in lower case', () => {
    expect(tokenise('Buy BUY now!')).toEqual(['buy', 'now!']);
  });

  it('hold no mail address', () => {
    expect(tokenise('write to zzzz@example.com today')).toEqual(['write', 'to', 'mailaddress', 'today']);
  });

  it('always land in different slots of the table', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const slots = slotsOf(text);
        expect(new Set(slots).size).toBe(slots.length);
        expect(slots.every((slot) => slot < 65_536)).toBe(true);
      }),
    );
  });
});

describe('the model', () => {
  it('learns to tell apart what differs', () => {
    const { model, losses } = trained(1);
    expect(score(model, slotsOf(spamText))).toBeGreaterThan(0.9);
    expect(score(model, slotsOf(hamText))).toBeLessThan(0.1);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });

  it('is the same for the same data and seed', () => {
    expect(trained(7).model).toEqual(trained(7).model);
  });

  it('gives an empty mail a probability', () => {
    expect(score(trained(1).model, slotsOf(''))).toBeGreaterThan(0);
    expect(score(trained(1).model, slotsOf(''))).toBeLessThan(1);
  });
});

describe('a saved model', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spam-model-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('comes back as it was', () => {
    const { model } = trained(3);
    saveModel(folder, model);
    expect(loadModel(folder)).toEqual(model);
  });

  it('is refused with a reason when a file is cut off', () => {
    saveModel(folder, trained(3).model);
    writeFileSync(join(folder, 'weights.f32'), new Uint8Array(100));
    expect(() => loadModel(folder)).toThrow(/weights\.f32 has 100 bytes; train it again/);
  });
});

describe('the holdout', () => {
  it('takes a row by its id alone, as docs/jobs.md says', () => {
    // SHA-256 of "spam-1/00001" begins with 0x25322620: 0.1453 of the way.
    expect(isHeldOut('spam-1/00001', 0.15)).toBe(true);
    expect(isHeldOut('spam-1/00001', 0.14)).toBe(false);
  });

  it('keeps every row that a smaller share holds out', () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0, max: 1, noNaN: true }), (id, share) => {
        if (isHeldOut(id, share)) expect(isHeldOut(id, Math.min(1, share + 0.1))).toBe(true);
      }),
    );
  });
});

describe('a tally', () => {
  it('counts both kinds of mistake', () => {
    const { model } = trained(1);
    const tally = tallyMail(model, [
      { text: spamText, label: 1 },
      { text: hamText, label: 1 },
      { text: hamText, label: 0 },
      { text: spamText, label: 0 },
      { text: spamText, label: 0 },
    ]);
    expect(tally).toEqual({ sample: 5, right: 2, ham: 3, falsePositives: 2, spam: 2, falseNegatives: 1 });
    expect(metricsOf(tally)).toEqual({
      accuracy: 0.4,
      false_positive_rate: 2 / 3,
      false_negative_rate: 0.5,
    });
  });

  it('leaves out a rate that nothing was counted for', () => {
    const onlyHam = tallyMail(trained(1).model, [{ text: hamText, label: 0 }]);
    expect(metricsOf(onlyHam)).toEqual({ accuracy: 1, false_positive_rate: 0 });
    expect(metricsOf(tallyMail(trained(1).model, []))).toEqual({});
  });
});
