/**
 * Ports of 127.0.0.1 that are free.
 *
 * Below what any system gives to connections that go out: a server that is down for a while finds its port free. Hosts and
 * clouds have a range each, so that neither takes, while another starts, what that one found free.
 */
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { isClaimed } from './port-claims.ts';

type Range = readonly [first: number, last: number];
const ofHosts: Range = [20_000, 22_999];
const ofClouds: Range = [23_000, 32_000];
const triesAtMost = 50;
/** Of those drawn, however many are claimed. */
const drawsAtMost = 1000;

/** What this process was given for a host: that one may not listen yet. */
const given = new Set<number>();

/** A port that was free a moment ago, and is given once: the preferred one, or any. */
export async function findFreePort(preferred?: number): Promise<number> {
  const drawn = draw(ofHosts).filter((port) => !given.has(port));
  const held = await holdFirst([...(preferred && !isClaimed(preferred) ? [preferred] : []), ...drawn]);
  given.add(held.port);
  await held.release();
  return held.port;
}

/** A port that nobody else gets until it is released. */
interface HeldPort {
  readonly port: number;
  readonly release: () => Promise<void>;
}

export const holdFreePort = (): Promise<HeldPort> => holdFirst(draw(ofClouds));

/** Ports that no state folder keeps. */
function draw([first, last]: Range): number[] {
  const drawn: number[] = [];
  for (let draws = 0; draws < drawsAtMost && drawn.length < triesAtMost; draws++) {
    const port = randomInt(first, last + 1);
    if (!isClaimed(port)) drawn.push(port);
  }
  return drawn;
}

async function holdFirst(ports: readonly number[]): Promise<HeldPort> {
  for (const port of ports) {
    const server = await hold(port);
    if (server) return { port, release: () => new Promise((resolve) => server.close(() => resolve())) };
  }
  throw new Error(
    `no free port on 127.0.0.1: tried ${ports.join(', ')}; stop a program that uses one of them`,
  );
}

/** Null where it is taken. Throws where listening fails for another reason than that the port is taken, or not ours. */
function hold(port: number): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer().unref();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(null) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
