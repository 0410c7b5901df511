/**
 * What ids are written with: enough to see that two lists of them could never have one in common, `7.0` and `7`.
 */

/** What a byte is: a bit each. */
const kinds = [
  ['a digit', /[0-9]/],
  ['a lower-case letter', /[a-z]/],
  ['an upper-case letter', /[A-Z]/],
  ['a space', /[\0- ]/],
  ['a point', /\./],
  ['a hyphen or underscore', /[-_]/],
  ['another sign', /[!-/:-@[-`{-\x7f]/],
  ['a letter that is not ASCII', /[^\0-\x7f]/],
] as const;

const kindOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  const at = kinds.findIndex(([, pattern]) => pattern.test(String.fromCharCode(byte)));
  return 1 << at;
});

/** Fewer ids may differ in kind by chance. */
const fewIds = 20;

/** Kinds of bytes that are in every one of some ids, and in any of them. */
export class ByteKinds {
  #every = 0xff;
  #some = 0;
  #count = 0;

  take(bytes: Uint8Array, start: number, end: number): void {
    let found = 0;
    for (let at = start; at < end; at++) found |= kindOf[bytes[at]!]!;
    this.#every &= found;
    this.#some |= found;
    this.#count++;
  }

  /** What every id of this list has and none of the other; null where ids could be in both. */
  findOwn(other: ByteKinds): string | null {
    if (this.#count < fewIds || other.#count < fewIds) return null;
    const own = this.#every & ~other.#some;
    return kinds.find((_, at) => (own & (1 << at)) !== 0)?.[0] ?? null;
  }
}
