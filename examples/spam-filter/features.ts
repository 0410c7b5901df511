/** What the model sees of a mail: which words its beginning holds, hashed into a fixed number of slots. */

/** Number of slots, a power of two. Words that share a slot share a weight. */
export const slotCount = 2 ** 16;

/** The beginning of a mail tells what it is; the rest is mostly quotes and attachments. */
const charactersRead = 4_000;

/**
 * The different words of a text. Mail addresses become one word: to whom a mail went says nothing about what it is,
 * and would let the model learn the mailbox instead of the mail.
 */
export function tokenise(text: string): string[] {
  const plain = text
    .slice(0, charactersRead)
    .toLowerCase()
    .replaceAll(/\S+@\S+/g, ' mailaddress ');
  return [...new Set(plain.match(/[a-z$!][a-z0-9$!'-]{1,24}/g))];
}

/** The slots of a text's words, each once. */
export function slotsOf(text: string): Uint32Array {
  return Uint32Array.from(new Set(tokenise(text).map(slotOf)));
}

/** FNV-1a, 32 bits, folded to the number of slots. */
function slotOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return ((hash >>> 16) ^ hash) & (slotCount - 1);
}
