/**
 * Numbers out of the bytes of a cell, each the double nearest to what is written, as `Number(text)` gives it.
 *
 * Whole mantissas up to 2^53 and powers of ten up to 10^22 are exact doubles, so one division rounds once and rightly
 * (Clinger, "How to read floating point numbers accurately", PLDI 1990). Longer ones, as programs write doubles in full, are
 * divided in twice the precision (Dekker, Numerische Mathematik 18, 1971), which tells the nearest double unless they lie
 * all but halfway between two; those and everything else go by way of text.
 */
const tens = Array.from({ length: 23 }, (_, power) => 10 ** power);
const exactBeforeAnotherDigit = 900_719_925_474_099;
/** Digits after those that one double holds. */
const mostLowDigits = 6;
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Longer than any number that means something; a cell may be as long as a row. */
const longestNumber = 400;

const [dot, plus, minus, zero, nine, letterE] = [0x2e, 0x2b, 0x2d, 0x30, 0x39, 0x65];

/** NaN where the cell is no finite decimal number. `true` is 1 and `false` is 0, in any casing. */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === minus;
  let high = 0;
  let low = 0;
  let lowDigits = 0;
  let digits = 0;
  let places = -1;
  let exponent = 0;
  for (let at = negative ? start + 1 : start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= zero && byte <= nine && lowDigits < mostLowDigits) {
      if (high < exactBeforeAnotherDigit && lowDigits === 0) high = high * 10 + (byte - zero);
      else {
        low = low * 10 + (byte - zero);
        lowDigits++;
      }
      digits++;
      if (places >= 0) places++;
    } else if (byte === dot && places < 0) places = 0;
    else if ((byte | 0x20) === letterE && digits > 0) {
      exponent = readExponent(bytes, at + 1, end);
      break;
    } else return parseText(bytes, start, end);
  }
  const power = exponent - Math.max(0, places);
  if (digits === 0 || Number.isNaN(exponent)) return parseText(bytes, start, end);
  let value = Number.NaN;
  if (lowDigits === 0 && power >= -22 && power <= 22) value = scale(high, power);
  else if (end - start <= longestNumber) value = divide(high, low, lowDigits, -power);
  if (Number.isNaN(value)) return parseText(bytes, start, end);
  return negative ? -value : value;
}

const scale = (whole: number, power: number): number =>
  power < 0 ? whole / tens[-power]! : whole * tens[power]!;

/** NaN where it is none of at most three digits, which ends with the cell. */
function readExponent(bytes: Uint8Array, start: number, end: number): number {
  const isSigned = bytes[start] === minus || bytes[start] === plus;
  const from = isSigned ? start + 1 : start;
  if (from >= end || end - from > 3) return Number.NaN;
  let exponent = 0;
  for (let at = from; at < end; at++) {
    const digit = bytes[at]! - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    exponent = exponent * 10 + digit;
  }
  return bytes[start] === minus ? -exponent : exponent;
}

/** Powers of ten as the sums of two doubles, which is exact as far as 5^45 has 106 bits at most. */
const longTens = Array.from({ length: 46 }, (_, power) => {
  const high = Number(`1e${power}`);
  return { high, low: Number(10n ** BigInt(power) - BigInt(high)) };
});
/** Far more than all that rounding does to a quotient of twice the precision, as a share of it. */
const doubt = 2 ** -98;

/** (high * 10^lowDigits + low) / 10^power, or NaN where two doubles may be the nearest. */
function divide(high: number, low: number, lowDigits: number, power: number): number {
  const by = longTens[power];
  if (by === undefined) return Number.NaN;
  const product = high * tens[lowDigits]!;
  const top = product + low;
  // Whole numbers below 2^21: their sum is exact.
  const rest = errorOfProduct(high, tens[lowDigits]!, product) + (low - (top - product));
  const quotient = top / by.high;
  const back = quotient * by.high;
  const left = top - back - errorOfProduct(quotient, by.high, back) + (rest - quotient * by.low);
  const more = left / by.high;
  const least = quotient + (more - doubt * quotient);
  return least === quotient + (more + doubt * quotient) ? least : Number.NaN;
}

/** What the product of two doubles lacks: exact, by their halves (Veltkamp 1968). */
function errorOfProduct(a: number, b: number, product: number): number {
  const splitA = 134_217_729 * a;
  const splitB = 134_217_729 * b;
  const highA = splitA - (splitA - a);
  const highB = splitB - (splitB - b);
  const lowA = a - highA;
  const lowB = b - highB;
  return lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
}

function parseText(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > longestNumber) return Number.NaN;
  const text = textOf(bytes, start, end).trim();
  if (decimal.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : Number.NaN;
  }
  const word = text.toLowerCase();
  return word === 'true' ? 1 : word === 'false' ? 0 : Number.NaN;
}

/** A stretch of UTF-8. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}
