/**
 * Loaded into every child before its own code: ends the child when its parent is gone, and lets the fault tests arm
 * a crash point in it while it runs.
 *
 * The parent holds the other end of an IPC channel. When the parent dies, however it dies, the channel closes here.
 */
import { armCrashPoint } from '../crash-point.ts';

const graceMs = 5_000;

process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs).unref();
});
process.on('message', (message: { crashAt?: string }) => {
  if (typeof message.crashAt !== 'string') return;
  armCrashPoint(message.crashAt);
  process.send?.({ crashArmed: message.crashAt });
});
process.channel?.unref();
