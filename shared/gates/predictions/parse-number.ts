/**
 * Numbers out of the bytes of a cell, each the double nearest to what is written, as `Number(text)` gives it.
 *
 * Whole mantissas up to 2^53 and powers of ten up to 10^22 are exact doubles, so one division rounds once and rightly
 * (Clinger, "How to read floating point numbers accurately", PLDI 1990); everything else goes by way of text.
 */
const tens = Array.from({ length: 23 }, (_, power) => 10 ** power);
const exactBeforeAnotherDigit = 900_719_925_474_099;
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const [dot, minus, zero, nine] = [0x2e, 0x2d, 0x30, 0x39];

/** NaN where the cell is no finite decimal number. `true` is 1 and `false` is 0, in any casing. */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === minus;
  let mantissa = 0;
  let digits = 0;
  let scale = -1;
  for (let at = negative ? start + 1 : start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === dot && scale < 0) scale = 0;
    else if (byte >= zero && byte <= nine && mantissa < exactBeforeAnotherDigit) {
      mantissa = mantissa * 10 + (byte - zero);
      digits++;
      if (scale >= 0) scale++;
    } else return parseText(bytes, start, end);
  }
  if (digits === 0 || scale > 22) return parseText(bytes, start, end);
  const value = scale > 0 ? mantissa / tens[scale]! : mantissa;
  return negative ? -value : value;
}

function parseText(bytes: Uint8Array, start: number, end: number): number {
  // Longer than any number that means something; a cell may be as long as a row.
  if (end - start > 400) return Number.NaN;
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
