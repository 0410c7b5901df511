/** `node local/functions-host/main.ts`: runs a Functions app on this machine until it is told to stop. */
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { openClock } from '../process/clock-store.ts';
import { errorDetail, LocalError } from '../process/local-error.ts';
import { createLog } from '../process/log.ts';
import { type Arguments, readArguments, usage } from './arguments.ts';

async function run(args: Arguments): Promise<void> {
  const clock = openClock({ home: args.home, mode: args.clock, start: args.clockStart });
  const log = createLog({
    clock,
    json: args.jsonLog,
    least: args.debug ? 'debug' : 'info',
    write: (line) => process.stderr.write(line),
  });
  if (!existsSync(args.app)) throw new LocalError('options', `--app: no folder ${args.app}`);
  // An app reads its own files by paths relative to its folder, as under the real worker.
  process.chdir(args.app);
  // Half of a start is compiling: after a first run that ended in order, the next finds it done.
  enableCompileCache(join(args.home, 'compile-cache'));
  const { startHost } = await import('./host.ts');
  const host = await startHost({
    appDirectory: args.app,
    home: args.home,
    clock,
    log,
    keys: args.keys === 'on',
    skipUnsupported: args.skipUnsupported,
    ...(args.port === null ? {} : { port: args.port }),
    ...(args.settings === null ? {} : { settingsFile: args.settings }),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void host.stop());
  // What nobody awaited must not end the process: other functions run in it.
  process.on('unhandledRejection', (error) =>
    log('error', `unhandled promise rejection: ${errorDetail(error)}`),
  );
  process.stdout.write(`Functions host ready at ${host.url} with ${host.app.functions.length} functions\n`);
  await host.stopped;
}

try {
  const args = readArguments(process.argv.slice(2));
  if (args === null) process.stdout.write(usage);
  else await run(args);
  process.exit(0);
} catch (error) {
  const isKnown = error instanceof LocalError;
  process.stderr.write(`${isKnown ? error.message : errorDetail(error)}\n`);
  process.exit(isKnown && error.code === 'options' ? 2 : 1);
}
