/**
 * Loads one app in this process, which does nothing else, and prints one JSON object: how long it took, on
 * the clock and in processor time, and with --explain what was loaded. Started by bench/load.ts.
 *
 * The loader and what it imports are loaded before the watch starts: both sides pay for them alike.
 */

import { Work } from '../../local/clock/work.ts';
import { loadApp } from '../../local/functions-host/app/load-app.ts';
import { watchModules } from './watch-modules.ts';

const [directory, mode] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: load-once.ts DIR [--explain]');

const modules = mode === '--explain' ? watchModules() : null;
const errors: string[] = [];
const cpuBefore = process.cpuUsage();
const startedMs = performance.now();
const app = await loadApp({
  appDirectory: directory,
  log: (level, message) => void (level === 'error' && errors.push(message)),
  work: new Work(),
  functionTimeoutMs: null,
  onlyFunctions: null,
  clientBinding: () => '{}',
});
const loadMs = performance.now() - startedMs;
const cpu = process.cpuUsage(cpuBefore);

if (errors.length > 0) throw new Error(errors.join('\n'));
process.stdout.write(
  `${JSON.stringify({
    loadMs,
    cpuMs: (cpu.user + cpu.system) / 1000,
    functions: app.functions.length,
    modules: modules?.seen() ?? null,
  })}\n`,
);
process.exit(0);
