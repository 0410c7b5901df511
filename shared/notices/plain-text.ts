/**
 * Text that nobody vouches for (reasons, names, what services say), made fit for a message. Pure.
 *
 * Invariant: the answer is one line, well-formed, without characters that control or reorder what stands around it, and no
 * longer than asked once it is escaped.
 */

/** Control characters, line and paragraph ends, and what turns the direction of text around (Unicode, UAX #9). */
const controls = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

const ellipsis = '…';

/** `limit` counts UTF-16 units of what `write` makes of the text. */
export function plainText(
  text: string,
  limit: number,
  write: (character: string) => string = (character) => character,
): string {
  const line = text.toWellFormed().replaceAll(controls, ' ').trim();
  const escaped = [...line].map(write);
  if (lengthOf(escaped) <= limit) return escaped.join('');
  let kept = '';
  for (const next of escaped) {
    if (kept.length + next.length > limit - ellipsis.length) break;
    kept += next;
  }
  return kept + ellipsis;
}

const lengthOf = (parts: readonly string[]): number => parts.reduce((sum, { length }) => sum + length, 0);
