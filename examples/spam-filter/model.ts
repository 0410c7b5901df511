/** Logistic regression over hashed words, trained by stochastic gradient descent. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { slotCount } from './features.ts';

export interface SpamModel {
  bias: number;
  /** One weight for each slot. */
  readonly weights: Float32Array;
}

export interface Example {
  readonly slots: Uint32Array;
  /** 1 for spam. */
  readonly label: 0 | 1;
}

export function newModel(): SpamModel {
  return { bias: 0, weights: new Float32Array(slotCount) };
}

/** The probability, as the model sees it, that the mail is spam. */
export function score(model: SpamModel, slots: Uint32Array): number {
  let sum = 0;
  for (const slot of slots) sum += model.weights[slot]!;
  return 1 / (1 + Math.exp(-(model.bias + sum * scaleOf(slots))));
}

/** Long mails count as much as short ones. */
function scaleOf(slots: Uint32Array): number {
  return 1 / Math.sqrt(Math.max(1, slots.length));
}

/** One pass over the examples in a shuffled order. Returns the mean log loss met on the way. */
export function trainEpoch(
  model: SpamModel,
  examples: readonly Example[],
  learningRate: number,
  random: () => number,
): number {
  let lossSum = 0;
  for (const example of shuffled(examples, random)) {
    const p = score(model, example.slots);
    lossSum -= Math.log(Math.max(1e-12, example.label === 1 ? p : 1 - p));
    const step = learningRate * (example.label - p);
    const share = step * scaleOf(example.slots);
    for (const slot of example.slots) model.weights[slot]! += share;
    model.bias += step * 0.1;
  }
  return examples.length > 0 ? lossSum / examples.length : 0;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

/** A seeded generator (mulberry32): the same data gives the same model. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const format = 'spam-filter/1';

/** Writes `model.json` (what it is) and `weights.f32` (little-endian 32-bit floats) into a folder. */
export function saveModel(folder: string, model: SpamModel, about: Record<string, unknown> = {}): void {
  mkdirSync(folder, { recursive: true });
  const head = { format, slotCount, bias: model.bias, ...about };
  writeFileSync(join(folder, 'model.json'), `${JSON.stringify(head, null, 2)}\n`);
  writeFileSync(join(folder, 'weights.f32'), new Uint8Array(model.weights.buffer));
}

export function loadModel(folder: string): SpamModel {
  const head = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as Record<string, unknown>;
  const bytes = readFileSync(join(folder, 'weights.f32'));
  if (head['format'] !== format || head['slotCount'] !== slotCount || bytes.byteLength !== slotCount * 4) {
    throw new Error(
      `${folder} holds no ${format} model with ${slotCount} slots: model.json says ${JSON.stringify(head)}, weights.f32 has ${bytes.byteLength} bytes; train it again`,
    );
  }
  const weights = new Float32Array(slotCount);
  new Uint8Array(weights.buffer).set(bytes);
  return { bias: Number(head['bias']), weights };
}
