/**
 * Loaded into every child before its own code: ends the child when its parent is gone.
 *
 * The parent holds the other end of an IPC channel. When the parent dies, however it dies, the channel closes here.
 */
const graceMs = 5_000;

process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs).unref();
});
process.channel?.unref();
