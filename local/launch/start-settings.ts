import { resolve } from 'node:path';

export interface StartSettings {
  readonly home: string;
  readonly hostPort: number;
  readonly clock: 'system' | 'virtual';
}

/** Reads the settings of `npm start`. Throws an error that names the setting, the rule and the value seen. */
export function readStartSettings(env: NodeJS.ProcessEnv, defaultHome: string): StartSettings {
  const clock = env['RATCHET_CLOCK'] || 'system';
  if (clock !== 'system' && clock !== 'virtual') {
    throw new Error(`RATCHET_CLOCK: expected system or virtual, got ${JSON.stringify(clock)}`);
  }
  return {
    home: resolve(env['RATCHET_HOME'] || defaultHome),
    hostPort: readPort('RATCHET_PORT', env['RATCHET_PORT'] || '7071'),
    clock,
  };
}

function readPort(name: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(
    `${name}: expected a port from 0 to 65535, 0 for any free one, got ${JSON.stringify(text)}`,
  );
}
