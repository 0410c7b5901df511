/**
 * Ports that a state folder keeps while nobody listens on them.
 *
 * A service that is started again is found at its addresses of before. Between its stop and its start its ports are free for
 * anybody, so they are written down for the whole machine, and no other service draws them. A claim holds as long as the
 * file that keeps the port is there, and is no more than good manners: whoever asks for a port by its number gets it.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const folder = (): string => join(tmpdir(), `ratchet-ports-${process.getuid?.() ?? 'user'}`);
const claimOf = (port: number): string => join(folder(), String(port));

/** Says that `file`, such as HOME/cloud/ports.json, keeps these ports. */
export function claimPorts(ports: readonly number[], file: string): void {
  orNothing(() => {
    mkdirSync(folder(), { recursive: true, mode: 0o700 });
    for (const port of ports) writeFileSync(claimOf(port), resolve(file), { mode: 0o600 });
  });
}

/** Whether some state folder keeps the port. */
export function isClaimed(port: number): boolean {
  return orNothing(() => existsSync(readFileSync(claimOf(port), 'utf8'))) ?? false;
}

/** Takes the claims back of state that is removed, all files below `home`. */
export function forgetPorts(home: string): void {
  orNothing(() => {
    const below = join(resolve(home), '/');
    for (const port of readdirSync(folder()))
      if (readFileSync(join(folder(), port), 'utf8').startsWith(below)) rmSync(join(folder(), port));
    rmdirSync(folder());
  });
}

/** Without claims a port is drawn by chance, as ever: they stop nobody from starting. */
function orNothing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
