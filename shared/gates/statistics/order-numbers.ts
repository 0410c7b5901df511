import { countUp } from './typed.ts';

const fewNumbers = 4096;
const digitBits = 16;

/**
 * Places of the numbers by rising value, equal ones in their order; -0 comes with 0. No number may be NaN.
 *
 * By radix, 16 bits at a time, from a few thousand numbers on: a million take a tenth of what comparing takes.
 */
export function orderNumbers(values: Float64Array): Uint32Array<ArrayBuffer> {
  const order = countUp(values.length);
  if (values.length < fewNumbers) return order.sort((a, b) => values[a]! - values[b]! || a - b);
  const words = new Uint32Array(2 * values.length);
  const doubles = new Float64Array(words.buffer);
  for (let at = 0; at < values.length; at++) {
    doubles[at] = values[at]! + 0; // -0 + 0 is 0.
    const high = words[2 * at + 1]!;
    // As whole numbers, negative doubles fall as they rise: turned around, and put below the others.
    const flip = high >>> 31 === 1 ? 0xffffffff : 0;
    words[2 * at] = words[2 * at]! ^ flip;
    words[2 * at + 1] = high ^ (flip === 0 ? 0x80000000 : 0xffffffff);
  }
  let sorted = order;
  for (let digit = 0; digit < 4; digit++) sorted = orderByDigit(words, sorted, digit);
  return sorted;
}

/** One stable pass of counting by the 16 bits numbered from the least. */
function orderByDigit(words: Uint32Array, order: Uint32Array<ArrayBuffer>, digit: number): typeof order {
  const word = digit >>> 1;
  const shift = digitBits * (digit & 1);
  const mask = 2 ** digitBits - 1;
  const starts = new Uint32Array(2 ** digitBits + 1);
  for (let at = word; at < words.length; at += 2) starts[((words[at]! >>> shift) & mask) + 1]!++;
  const first = (words[word]! >>> shift) & mask;
  if (starts[first + 1] === order.length) return order;
  for (let value = 1; value < starts.length; value++) starts[value]! += starts[value - 1]!;
  const sorted = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place++) {
    const at = order[place]!;
    sorted[starts[(words[2 * at + word]! >>> shift) & mask]!++] = at;
  }
  return sorted;
}
