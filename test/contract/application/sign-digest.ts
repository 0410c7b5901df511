/** ECDSA over P-256 of a digest that somebody else has made, which the platform's `sign` cannot: it hashes what it is given. */
import { type KeyObject, randomBytes } from 'node:crypto';

const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const base: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

const mod = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;

/** By Fermat: `by` is a prime. */
function inverse(value: bigint, by: bigint): bigint {
  let [result, power, left] = [1n, mod(value, by), by - 2n];
  for (; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * power) % by;
    power = (power * power) % by;
  }
  return result;
}

/** Null is the point at infinity. The curve is y² = x³ - 3x + b. */
function add(a: Point | null, b: Point | null): Point | null {
  if (!a || !b) return a ?? b;
  if (a.x === b.x && a.y !== b.y) return null;
  const slope =
    a.x === b.x ? (3n * a.x * a.x - 3n) * inverse(2n * a.y, p) : (b.y - a.y) * inverse(b.x - a.x, p);
  const x = mod(slope * slope - a.x - b.x, p);
  return { x, y: mod(slope * (a.x - x) - a.y, p) };
}

function multiply(times: bigint): Point {
  let [sum, power]: [Point | null, Point | null] = [null, base];
  for (let left = times; left > 0n; left >>= 1n) {
    if (left & 1n) sum = add(sum, power);
    power = add(power, power);
  }
  return sum!;
}

/** r and s, 32 bytes each. */
export function signDigest(digest: Uint8Array, key: KeyObject): Buffer {
  const { d } = key.export({ format: 'jwk' });
  const secret = BigInt(`0x${Buffer.from(d!, 'base64url').toString('hex')}`);
  const once = mod(BigInt(`0x${randomBytes(40).toString('hex')}`), n - 1n) + 1n;
  const r = mod(multiply(once).x, n);
  const s = mod(inverse(once, n) * (BigInt(`0x${Buffer.from(digest).toString('hex')}`) + r * secret), n);
  return Buffer.from([r, s].map((part) => part.toString(16).padStart(64, '0')).join(''), 'hex');
}
