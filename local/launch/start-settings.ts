import { statSync } from 'node:fs';
import { resolve } from 'node:path';

export interface StartSettings {
  readonly home: string;
  /** 0: the one of the last start in this folder, or else the preferred one where it is free. */
  readonly hostPort: number;
  /** 0: none. */
  readonly preferredPort: number;
  readonly clock: 'system' | 'virtual';
  /** Null: the sample models of this project. */
  readonly modelsFolder: string | null;
}

/** Reads the settings of `npm start`. Throws an error that names the setting, the rule and the value seen. */
export function readStartSettings(env: NodeJS.ProcessEnv, defaultHome: string): StartSettings {
  const clock = env['RATCHET_CLOCK'] || 'system';
  if (clock !== 'system' && clock !== 'virtual') {
    throw new Error(`RATCHET_CLOCK: expected system or virtual, got ${JSON.stringify(clock)}`);
  }
  const models = env['RATCHET_MODELS_DIR'];
  return {
    home: resolve(env['RATCHET_HOME'] || defaultHome),
    hostPort: readPort('RATCHET_PORT', env['RATCHET_PORT'] || '0'),
    preferredPort: env['RATCHET_PORT'] ? 0 : 7071,
    clock,
    modelsFolder: models ? readFolder('RATCHET_MODELS_DIR', models) : null,
  };
}

function readPort(name: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(
    `${name}: expected a port from 0 to 65535, 0 for any free one, got ${JSON.stringify(text)}`,
  );
}

function readFolder(name: string, text: string): string {
  const folder = resolve(text);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw new Error(`${name}: expected a folder of model files; there is no folder ${folder}`);
}
