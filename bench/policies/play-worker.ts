/** Plays the streams it is sent, one after the other, beside other such threads. */
import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { type Extent, playStream } from './play-stream.ts';
import { generateStream, readStream } from './streams.ts';

export interface Task extends Extent {
  readonly stream: string;
  /** Of a recorded stream; null: it is generated. */
  readonly file: string | null;
}

parentPort!.on('message', ({ stream: name, file, ...extent }: Task) => {
  const stream =
    file === null ? generateStream(name, extent.seed) : readStream(name, readFileSync(file, 'utf8'));
  parentPort!.postMessage({ stream: name, results: playStream(stream, extent) });
});
