import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below what any system gives to connections that go out: a server that is down for a while finds its port free. */
const [firstPort, lastPort] = [20_000, 32_000] as const;
const triesAtMost = 50;

/** A port of 127.0.0.1 that was free a moment ago: the preferred one, or any. */
export async function findFreePort(preferred?: number): Promise<number> {
  const tried = [...(preferred ? [preferred] : []), ...draw(triesAtMost)];
  for (const port of tried) if (await isFree(port)) return port;
  throw new Error(`no port of 127.0.0.1 is free: tried ${tried.join(', ')}`);
}

function draw(count: number): number[] {
  return Array.from({ length: count }, () => randomInt(firstPort, lastPort + 1));
}

/** Throws where listening fails for another reason than that the port is taken, or not ours to take. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
