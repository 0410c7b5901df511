/**
 * Takes secrets out of a stream of bytes, wherever the stream is cut.
 *
 * Invariants
 * 1. What is passed on never ends inside of a secret: a line is passed on when it is whole, a very long one in parts that
 *    overlap.
 * 2. At most `longestHeldBytes` and one chunk are held.
 * 3. Bytes that are no secret pass unchanged, whatever their encoding.
 */
import { mask, maskSecrets, secretPattern } from '../../../shared/mask-secrets.ts';

const longestHeldBytes = 64 * 1024;
/** Longer than any secret that is known, by far. */
const overlapBytes = 16 * 1024;

export class MaskStream {
  readonly #pattern: RegExp;
  #held = '';
  /** Inside of what has no end in sight and is taken for a secret. */
  #swallows = false;

  constructor(secrets: readonly string[]) {
    const asBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
    const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret.toWellFormed())]);
    this.#pattern = secretPattern(forms.map(asBytes));
  }

  /** What may be kept by now. */
  push(chunk: Uint8Array): Buffer {
    this.#take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1'));
    const lineEnd = Math.max(this.#held.lastIndexOf('\n'), this.#held.lastIndexOf('\r')) + 1;
    let kept = this.#release(lineEnd);
    if (this.#held.length > longestHeldBytes) kept += this.#release(this.#safeCut());
    return Buffer.from(kept, 'latin1');
  }

  /** The rest. */
  end(): Buffer {
    return Buffer.from(this.#release(this.#held.length), 'latin1');
  }

  #take(text: string): void {
    const end = this.#swallows ? text.search(/[\s"']/) : 0;
    if (end < 0) return;
    this.#swallows = false;
    this.#held += text.slice(end);
  }

  #release(end: number): string {
    const text = maskSecrets(this.#held.slice(0, end), this.#pattern);
    this.#held = this.#held.slice(end);
    return text;
  }

  /** Before the last part of a line, and before a secret that reaches into it. */
  #safeCut(): number {
    const wanted = this.#held.length - overlapBytes;
    for (const found of this.#held.matchAll(this.#pattern)) {
      const end = found.index + found[0].length;
      if (found.index >= wanted) break;
      if (end <= wanted) continue;
      if (end < this.#held.length) return end;
      // It reaches to the end of all there is, from far before.
      this.#held = `${this.#held.slice(0, found.index)}${mask}`;
      this.#swallows = true;
      return this.#held.length;
    }
    return wanted;
  }
}
