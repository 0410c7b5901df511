/** `node local/cloud.ts`: every emulated service in one process. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { readOptions, usage } from './cloud/options.ts';
import { LocalError } from './process/local-error.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) process.stdout.write(usage);
  else {
    // Compiling the SDKs and Azurite is half of the start. What is loaded from here on comes from the cache.
    enableCompileCache(join(options.home, 'compile-cache'));
    const { startCloud } = await import('./cloud/cloud.ts');
    const cloud = await startCloud(options);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void cloud.stop());
    process.stdout.write(
      `local cloud ready: control ${cloud.state.control}, workspace ${cloud.state.armEndpoint}\n`,
    );
    await cloud.stopped;
  }
  process.exit(0);
} catch (error) {
  const known = error instanceof LocalError;
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(known && error.code === 'options' ? 2 : 1);
}
