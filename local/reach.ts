/**
 * Lets the fault tests cut a server of this process off, as a network that has failed does, and connect it again.
 *
 * While it is cut off its port refuses connections and those it had are gone; the service behind it goes on.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { AddressInfo, Server, Socket } from 'node:net';

const servers = new Map<number, Server>();
const sockets = new WeakMap<Server, Set<Socket>>();

/** Takes note of every server that listens from now on. */
export function watchServers(): void {
  subscribe('tracing:net.server.listen:asyncEnd', (message) => {
    const { server } = message as { server: Server };
    const address = server.address() as AddressInfo | string | null;
    if (address === null || typeof address === 'string' || sockets.has(server)) return;
    const open = new Set<Socket>();
    sockets.set(server, open);
    servers.set(address.port, server);
    server.on('connection', (socket) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    });
  });
}

export function setReachable(port: number, reachable: boolean): Promise<void> {
  const server = servers.get(port);
  if (!server) throw new Error(`no server of this process listens on port ${port}`);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    if (reachable) return void server.listen(port, '127.0.0.1', resolve);
    server.close(() => resolve());
    for (const socket of sockets.get(server) ?? []) socket.destroy();
  });
}
