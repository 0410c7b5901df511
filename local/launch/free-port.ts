import { createServer } from 'node:net';

/** A port of 127.0.0.1 that was free a moment ago: the preferred one, or any. */
export async function findFreePort(preferred = 0): Promise<number> {
  try {
    return await tryPort(preferred);
  } catch (error) {
    if (preferred === 0) throw error;
    return tryPort(0);
  }
}

function tryPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address && typeof address === 'object') resolve(address.port);
        else reject(new Error(`a listening server has no port: ${JSON.stringify(address)}`));
      });
    });
  });
}
