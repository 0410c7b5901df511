import { anyBodies } from '../http/guard.ts';
import { listenOnLoopback } from '../http/listen.ts';

/** Free a moment ago: a process that finds it taken ends, and the next one has another. */
export async function freePort(): Promise<number> {
  const { port, stop } = await listenOnLoopback({ port: 0, bodies: anyBodies });
  await stop();
  return port;
}
