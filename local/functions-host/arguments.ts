/** The command line of the host. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { errorText, LocalError } from '../process/local-error.ts';

export const usage = `Runs an Azure Functions app (Node.js, v4 programming model) on this machine.

  node local/functions-host/main.ts --app DIR --home DIR [options]

  --app DIR                folder of the app: package.json, host.json
  --home DIR               folder for this host's state; created if absent
  --port N                 port on 127.0.0.1; 0 for any free one
                           (default: Host.LocalHttpPort of the settings, else 0)
  --settings FILE          a local.settings.json; the environment wins over it
  --keys on|off            whether callers must send access keys (default: on; they are in HOME/keys.json)
  --clock system|virtual   the machine's time, or the time set with PUT /admin/local/clock
                           (default: RATCHET_CLOCK, else system)
  --clock-start ISO        start of a virtual clock, if HOME has none yet (default: now)
  --skip-unsupported       leave out functions whose triggers or bindings this host does not support, with a
                           warning (default: refuse to start, and name the first)
  --json-log               one JSON object a line on standard error
  --debug                  log debug entries too
  --help                   this text
`;

export interface Arguments {
  /** Absolute, as all paths here: the app is run from its own folder. */
  readonly app: string;
  readonly home: string;
  readonly settings: string | null;
  readonly port: number | null;
  readonly keys: 'on' | 'off';
  readonly clock: 'system' | 'virtual';
  readonly clockStart: string | null;
  readonly skipUnsupported: boolean;
  readonly jsonLog: boolean;
  readonly debug: boolean;
}

const choices = { keys: ['on', 'off'], clock: ['system', 'virtual'] } as const;
const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const options = {
  app: text,
  home: text,
  port: text,
  settings: text,
  keys: text,
  clock: text,
  'clock-start': text,
  'skip-unsupported': flag,
  'json-log': flag,
  debug: flag,
  help: flag,
} as const;

/** Null: the caller asked for help. */
export function readArguments(args: readonly string[]): Arguments | null {
  const values = parse(args);
  if (values.help === true) return null;
  return {
    app: readFolder('app', values.app),
    home: readFolder('home', values.home),
    settings: values.settings === undefined ? null : resolve(values.settings),
    port: values.port === undefined ? null : readPort(values.port),
    keys: readChoice('keys', values.keys ?? 'on'),
    clock: readChoice('clock', values.clock ?? (process.env['RATCHET_CLOCK'] || 'system')),
    clockStart: values['clock-start'] ?? null,
    skipUnsupported: values['skip-unsupported'] === true,
    jsonLog: values['json-log'] === true,
    debug: values.debug === true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new LocalError('options', `${errorText(error)}; see --help`, error);
  }
}

function readFolder(name: string, value: string | undefined): string {
  if (value === undefined || value === '')
    throw new LocalError('options', `--${name} DIR is missing; see --help`);
  return resolve(value);
}

function readPort(value: string): number {
  const port = Number(value);
  if (value.trim() !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new LocalError('options', `--port: expected a number from 0 to 65535, got ${JSON.stringify(value)}`);
}

function readChoice<Name extends keyof typeof choices>(
  name: Name,
  value: string,
): (typeof choices)[Name][number] {
  const found = choices[name].find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new LocalError(
    'options',
    `--${name}: expected ${choices[name].join(' or ')}, got ${JSON.stringify(value)}`,
  );
}
