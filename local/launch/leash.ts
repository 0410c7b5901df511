/**
 * Loaded into every child before its own code: ends the child when its parent is gone, and lets the fault tests arm
 * a crash point in it, and cut its servers off, while it runs.
 *
 * The parent holds the other end of an IPC channel. When the parent dies, however it dies, the channel closes here.
 */
import { armCrashPoint } from '../crash-point.ts';
import { setReachable, watchServers } from '../reach.ts';

const graceMs = 5_000;

process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs).unref();
});
process.on('message', (message: { crashAt?: string; port?: number; reachable?: boolean }) => {
  const { crashAt, port, reachable } = message;
  if (typeof crashAt === 'string') {
    armCrashPoint(crashAt);
    process.send?.({ done: true });
  }
  if (typeof port === 'number') {
    void setReachable(port, reachable ?? true).then(() => process.send?.({ done: true }));
  }
});
watchServers();
process.channel?.unref();
