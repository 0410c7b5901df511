import type { PinnedModel } from '../config/schema.ts';
import type { Models } from './fact.ts';

/**
 * The model that a monitor, or a signal of one, is about: the one it is named after, `MODEL` or `MODEL_…`, the longest
 * name where several fit.
 *
 * Inferred: the workspace nowhere says which model a monitor watches. Its documentation asks for signals named
 * `MONITOR_SIGNAL`; that a monitor's runs are in an experiment of the monitor's name was not seen.
 */
export function findMonitoredModel(name: string, models: Models): PinnedModel | undefined {
  return [...models.values()]
    .filter(({ config: { model } }) => name === model || name.startsWith(`${model}_`))
    .sort((a, b) => b.config.model.length - a.config.model.length)[0];
}
