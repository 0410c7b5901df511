import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../local/launch/local-cloud.ts';
import { readArgs, UsageError } from '../command.ts';

/** Runs the service as `npm start` does, but in this folder: with its model files, and its state beside them. */
export async function start(args: readonly string[]): Promise<number> {
  const { positionals } = readArgs(args, { keys: { type: 'boolean' }, json: { type: 'boolean' } });
  if (positionals.length > 0) throw new UsageError(`start takes no ${JSON.stringify(positionals[0])}`);
  if (!existsSync(join(repository, 'dist', 'functions')))
    throw new Error(`the service is not built: npm run build in ${repository}`);
  const models = process.env['RATCHET_MODELS_DIR'] || 'models';
  if (!existsSync(models))
    throw new UsageError(
      `there is no folder ${models}: create it, with one YAML file for each model, or set RATCHET_MODELS_DIR`,
    );
  const child = spawn(process.execPath, [join(repository, 'local', 'start.ts'), ...args], {
    stdio: 'inherit',
    env: { ...process.env, RATCHET_MODELS_DIR: models },
  });
  // A Ctrl-C reaches the child by itself, which then ends in order; this process waits for that.
  const passOn = (signal: NodeJS.Signals) => () => void (signal !== 'SIGINT' && child.kill(signal));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, passOn(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
