/**
 * SHA-256 as `node:crypto` has it, for code that hashes at once and runs in a browser, whose own answers later. Pure.
 *
 * FIPS 180-4, sections 5.1.1 and 6.2.2; the constants are made as sections 4.2.2 and 5.3.3 say what they are.
 */
const roundsOfBlock = 64;
const primes = firstPrimes(roundsOfBlock);
/** The first 32 bits of the fractional parts of the cube roots of the first primes, and of the square roots. */
const constants = Uint32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const initial = Uint32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

function firstPrimes(count: number): readonly number[] {
  const found: number[] = [];
  for (let next = 2; found.length < count; next++)
    if (found.every((prime) => next % prime !== 0)) found.push(next);
  return found;
}

function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}

export function createHash(algorithm: string) {
  if (algorithm !== 'sha256') throw new Error(`only sha256 is made here, not ${algorithm}`);
  let text = '';
  const hash = {
    update(more: string) {
      text += more;
      return hash;
    },
    digest: (_encoding: 'hex'): string => sha256(new TextEncoder().encode(text)),
  };
  return hash;
}

function sha256(bytes: Uint8Array): string {
  const blocks = pad(bytes);
  const state = initial.slice();
  const words = new Uint32Array(roundsOfBlock);
  for (let at = 0; at < blocks.byteLength; at += 64) {
    for (let word = 0; word < 16; word++) words[word] = blocks.getUint32(at + word * 4);
    for (let word = 16; word < roundsOfBlock; word++) {
      const [before, last] = [words[word - 15]!, words[word - 2]!];
      const low = turn(before, 7) ^ turn(before, 18) ^ (before >>> 3);
      const high = turn(last, 17) ^ turn(last, 19) ^ (last >>> 10);
      words[word] = words[word - 16]! + low + words[word - 7]! + high;
    }
    takeBlock(state, words);
  }
  return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('');
}

function takeBlock(state: Uint32Array, words: Uint32Array): void {
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let round = 0; round < roundsOfBlock; round++) {
    const choice = (e & f) ^ (~e & g);
    const first = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + constants[round]! + words[round]!;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [place, word] of [a, b, c, d, e, f, g, h].entries()) state[place] = state[place]! + word;
}

const turn = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

/** A one, zeros, and the length in bits as 64 of them: whole blocks of 512 bits. */
function pad(bytes: Uint8Array): DataView {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length * 8);
  return view;
}
