/** `node local/functions-host/main.ts`: runs a Functions app on this machine. */
import { parseArgs } from 'node:util';
import { openClock } from './clock-store.ts';
import { errorText, HostError } from './host-error.ts';
import { createLog } from './log.ts';

const usage = `Runs an Azure Functions app (Node.js, v4 programming model) on this machine.

  node local/functions-host/main.ts --app DIR --home DIR [options]

  --app DIR            folder of the app: package.json, host.json
  --home DIR           folder for this host's state; made when absent
  --port N             port on 127.0.0.1; 0 for any free one (default: Host.LocalHttpPort of the settings, else 0)
  --settings FILE      a local.settings.json; the environment wins over it
  --keys on|off        whether callers must present access keys (default on; they are in HOME/keys.json)
  --clock system|virtual   what time it is: the machine's, or as PUT /admin/local/clock says
                       (default: RATCHET_CLOCK, else system)
  --clock-start ISO    first time of a virtual clock that HOME has no time of (default now)
  --json-log           one JSON object a line on standard error
  --debug              log debug entries too
  --help               this text
`;

const choices = { keys: ['on', 'off'], clock: ['system', 'virtual'] } as const;

interface Arguments {
  readonly app: string;
  readonly home: string;
  readonly port: number | null;
  readonly settings: string | null;
  readonly keys: 'on' | 'off';
  readonly clock: 'system' | 'virtual';
  readonly clockStart: string | null;
  readonly jsonLog: boolean;
  readonly debug: boolean;
}

/** Null: the caller asked for help. */
function readArguments(args: readonly string[]): Arguments | null {
  const { values } = parse(args);
  if (values.help === true) return null;
  const required = (name: 'app' | 'home'): string => {
    const value = values[name];
    if (value === undefined || value === '')
      throw new HostError('options', `--${name} DIR is missing; see --help`);
    return value;
  };
  return {
    app: required('app'),
    home: required('home'),
    port: values.port === undefined ? null : readPort(values.port),
    settings: values.settings ?? null,
    keys: readChoice('keys', values.keys ?? 'on'),
    clock: readChoice('clock', values.clock ?? process.env['RATCHET_CLOCK'] ?? 'system'),
    clockStart: values['clock-start'] ?? null,
    jsonLog: values['json-log'] === true,
    debug: values.debug === true,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        app: text,
        home: text,
        port: text,
        settings: text,
        keys: text,
        clock: text,
        'clock-start': text,
        'json-log': flag,
        debug: flag,
        help: flag,
      },
    });
  } catch (error) {
    throw new HostError('options', `${errorText(error)}; see --help`, error);
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (text.trim() !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new HostError('options', `--port: expected a number from 0 to 65535, got ${JSON.stringify(text)}`);
}

function readChoice<Name extends keyof typeof choices>(
  name: Name,
  value: string,
): (typeof choices)[Name][number] {
  const found = choices[name].find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new HostError(
    'options',
    `--${name}: expected ${choices[name].join(' or ')}, got ${JSON.stringify(value)}`,
  );
}

async function run(): Promise<void> {
  const args = readArguments(process.argv.slice(2));
  if (args === null) return void process.stdout.write(usage);
  const clock = openClock({ home: args.home, mode: args.clock, start: args.clockStart });
  const log = createLog({
    clock,
    json: args.jsonLog,
    least: args.debug ? 'debug' : 'info',
    write: (line) => process.stderr.write(line),
  });
  const { startHost } = await import('./host.ts');
  const host = await startHost({
    appDirectory: args.app,
    home: args.home,
    clock,
    log,
    keys: args.keys === 'on',
    ...(args.port === null ? {} : { port: args.port }),
    ...(args.settings === null ? {} : { settingsFile: args.settings }),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void host.stop());
  // What nobody awaited must not end the process: other functions run in it.
  process.on('unhandledRejection', (error) =>
    log('error', `a rejection was not handled: ${errorText(error)}`),
  );
  process.stdout.write(`Functions host ready at ${host.url} with ${host.app.functions.length} functions\n`);
  await host.stopped;
}

try {
  await run();
  process.exit(0);
} catch (error) {
  const known = error instanceof HostError;
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(known && error.code === 'options' ? 2 : 1);
}
