/**
 * Decimals: whole numbers with a scale, stored as integers or as the bytes of one, the greatest first.
 *
 * Source: Apache Parquet, "Logical Types", DECIMAL.
 */
import type { SchemaElement } from 'hyparquet';
import { UnreadableFile } from '../data-file.ts';

const longestBytes = 32;
const mostPlaces = 80;

export const isDecimal = ({ converted_type, logical_type }: SchemaElement): boolean =>
  converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL';

/** Digits after the point. Throws `UnreadableFile` where there are more than any type has. */
export function scaleOf({ scale, logical_type }: SchemaElement): number {
  const places = scale ?? (logical_type?.type === 'DECIMAL' ? logical_type.scale : 0);
  if (places >= 0 && places <= mostPlaces) return places;
  throw new UnreadableFile(`a decimal with ${places} places`);
}

/** The whole number that a decimal is stored as. Throws `UnreadableFile` where it is of no type a decimal has. */
export function readUnscaled(stored: unknown): bigint {
  if (typeof stored === 'bigint') return stored;
  if (typeof stored === 'number') return BigInt(stored);
  if (!(stored instanceof Uint8Array)) throw new UnreadableFile('a decimal is not stored as a whole number');
  if (stored.length > longestBytes)
    throw new UnreadableFile(`a decimal is longer than ${longestBytes} bytes`);
  const hex = Buffer.from(stored.buffer, stored.byteOffset, stored.length).toString('hex');
  return BigInt.asIntN(4 * hex.length, BigInt(`0x${hex || '0'}`));
}

export function showDecimal(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
