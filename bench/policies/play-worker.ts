/** Plays the streams it is sent, one after the other, beside other such threads. */
import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { readFlights } from './flights.ts';
import type { Stream } from './loss-matrix.ts';
import { type Extent, playStream } from './play-stream.ts';
import { generateStream, readStream } from './streams.ts';

export interface Task extends Extent {
  readonly stream: string;
  /** Of a recorded stream; null: it is generated. */
  readonly file: string | null;
}

async function openStream({ stream: name, file, seed }: Task): Promise<Stream> {
  if (file === null) return generateStream(name, seed);
  return name === 'flights'
    ? await readFlights(name, readFileSync(file))
    : readStream(name, readFileSync(file, 'utf8'));
}

parentPort!.on('message', async (task: Task) => {
  const stream = await openStream(task);
  parentPort!.postMessage({ stream: task.stream, results: playStream(stream, task) });
});
