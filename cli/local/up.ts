import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { programFile, projectFolder } from '../../local/process/project-folder.ts';
import { readArgs, UsageError } from '../command.ts';
import { commandName } from '../command-name.ts';

const options = {
  models: { type: 'string' },
  home: { type: 'string' },
  port: { type: 'string' },
  keys: { type: 'boolean', default: false },
  traces: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** Runs the service as `npm start` does, but in this folder: with its model files, and its state beside them. */
export async function up(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, options);
  if (positionals.length > 0) throw new UsageError(`takes no ${JSON.stringify(positionals[0])}`);
  if (!existsSync(join(projectFolder, 'dist', 'app')))
    throw new Error(`the service is not built: npm run build in ${projectFolder}`);
  const models = values.models ?? (process.env['RATCHET_MODELS_DIR'] || 'models');
  if (!statSync(models, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(
      `there is no folder ${models} of model files: ${commandName()} init makes one with a first model, --models names another`,
    );
  if (process.stderr.isTTY) process.stderr.write('Starting the service and its local cloud…\n');
  const start = programFile(new URL('../../local/start.ts', import.meta.url));
  const flags = (['keys', 'traces', 'json'] as const)
    .filter((name) => values[name])
    .map((name) => `--${name}`);
  const child = spawn(process.execPath, [start, ...flags], {
    // It ends in order when the channel closes: when this process is asked to end, and when it is gone.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      RATCHET_MODELS_DIR: models,
      ...(values.home !== undefined && { RATCHET_HOME: resolve(values.home) }),
      ...(values.port !== undefined && { RATCHET_PORT: values.port }),
    },
  });
  const end = (): void => void (child.connected && child.disconnect());
  // A Ctrl-C reaches the child by itself, a kill -INT of this process does not.
  process.on('SIGINT', () => setTimeout(end, 500));
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
