/**
 * Bodies that a function gives as streams, at the pace of the caller who reads them.
 *
 * The library writes a stream out as fast as it comes, without asking whether anybody takes it, and a stream that always
 * has something ready would keep the process from everything else. So the function's stream is read through this one.
 *
 * Invariants
 * 1. No more than `aheadBytes` have been read and not been taken.
 * 2. Between two chunks the process gets to do its other work.
 * 3. When the caller goes, or the body is longer than may be, the function's stream is told: it is cancelled.
 */
import { arrayBuffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';

const aheadBytes = 1024 * 1024;

type Source = AsyncIterable<Uint8Array | string>;

export class BodyPace {
  readonly #gone: AbortSignal;
  readonly #longestBytes: number;
  #readBytes = 0;
  #takenBytes = 0;
  #wake: () => void = () => undefined;

  /** `longestBytes`: where the whole body is kept until its end. */
  constructor(gone: AbortSignal, longestBytes = Number.POSITIVE_INFINITY) {
    this.#gone = gone;
    this.#longestBytes = longestBytes;
    gone.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** The caller has taken so much more. */
  taken(bytes: number): void {
    this.#takenBytes += bytes;
    this.#wake();
  }

  /** What a function returned, its body paced where it is a stream. */
  pace(result: unknown): unknown {
    if (typeof result !== 'object' || result === null || !('body' in result)) return result;
    const { body } = result;
    if (!isStream(body)) return result;
    const paced = ReadableStream.from(this.#read(body));
    if (Object.getPrototypeOf(result) === Object.prototype) return { ...result, body: paced };
    // A response of the library's class: this stands before what the class says of its body.
    return Object.defineProperties(result, {
      body: { value: paced },
      arrayBuffer: { value: () => arrayBuffer(paced) },
    });
  }

  async *#read(source: Source): AsyncGenerator<Uint8Array | string> {
    for await (const chunk of source) {
      if (this.#gone.aborted) return;
      this.#readBytes += Buffer.byteLength(chunk);
      if (this.#readBytes > this.#longestBytes) {
        throw new Error(
          `the body of the response is longer than ${this.#longestBytes} bytes, the most that is buffered; ` +
            'stream it: app.setup({ enableHttpStream: true })',
        );
      }
      yield chunk;
      await setImmediate();
      while (!this.#gone.aborted && this.#readBytes - this.#takenBytes > this.#aheadBytes()) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /** A body that is kept to its end is not taken before. */
  #aheadBytes(): number {
    return this.#longestBytes === Number.POSITIVE_INFINITY ? aheadBytes : this.#longestBytes;
  }
}

function isStream(body: unknown): body is Source {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}
