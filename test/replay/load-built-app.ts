import { Work } from '../../local/clock/work.ts';
import { loadApp } from '../../local/functions-host/app/load-app.ts';
import type { FunctionApp } from '../../local/functions-host/contract.ts';

/** The application as it was built, with orchestrators that touch nothing outside. */
export function loadBuiltApp(): Promise<FunctionApp> {
  return loadApp({
    appDirectory: process.cwd(),
    log: () => {},
    work: new Work(),
    functionTimeoutMs: null,
    onlyFunctions: null,
    clientBinding: () => '{}',
  });
}
