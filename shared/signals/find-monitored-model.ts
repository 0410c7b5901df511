import type { Models } from './parse-workspace-event.ts';

/**
 * The model that a monitor, or a signal of one, is about: the one it is named after, `MODEL` or `MODEL_…`, the longest
 * name where several fit.
 *
 * Inferred: the workspace nowhere says which model a monitor watches. Its documentation asks for signals named
 * `MONITOR_SIGNAL`; that a monitor's runs are in an experiment of the monitor's name was not seen.
 */
export function findMonitoredModel(name: string, models: Models): string | undefined {
  return [...models.keys()]
    .filter((model) => name === model || name.startsWith(`${model}_`))
    .sort((a, b) => b.length - a.length)[0];
}
