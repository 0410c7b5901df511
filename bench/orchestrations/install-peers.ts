/**
 * The peers have a package.json and a lock file of their own in bench/peers, so that nobody installs 240 MB who does
 * not measure. Installed on first use, and again when the lock file is newer than what is installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const peersFolder = fileURLToPath(new URL('../peers', import.meta.url));

export function installPeers(say: (line: string) => void): void {
  if (isInstalled()) return;
  say('installing the peers into bench/peers/node_modules: npm ci --prefix bench/peers (about 240 MB, once)');
  // No install scripts: none is needed, and one of them reports the installation to its makers.
  const { status, error, stderr } = spawnSync('npm', ['ci', '--prefix', peersFolder, '--ignore-scripts'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  throw new Error(
    `npm ci --prefix bench/peers failed with code ${status}: ${error?.message ?? stderr.trim()}; see that npm reaches its registry, or pass --only host to measure the host alone`,
  );
}

function isInstalled(): boolean {
  // npm writes this file last.
  const installed = join(peersFolder, 'node_modules', '.package-lock.json');
  const lock = join(peersFolder, 'package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
}
