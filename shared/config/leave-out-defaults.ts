/** A model file as a person would write it: without what is the case anyway. Pure. */
import { type ModelConfig, ModelConfigSchema } from './schema.ts';

type Written = { [name: string]: unknown };

/**
 * The shortest value that reads as the same config, its fields in their order. O(fields × the file): a field is left out where
 * the file without it reads the same.
 */
export function leaveOutDefaults(config: ModelConfig): Written {
  const whole = JSON.parse(JSON.stringify(config)) as Written;
  const wanted = readBack(whole);
  shortenWithin(whole, () => readBack(whole) === wanted);
  return whole;
}

function readBack(value: unknown): string | null {
  const read = ModelConfigSchema.safeParse(value);
  return read.success ? JSON.stringify(read.data) : null;
}

function shortenWithin(node: Written, isSame: () => boolean): void {
  for (const [name, value] of Object.entries(node)) {
    delete node[name];
    if (isSame()) continue;
    node[name] = value;
    // Smoke requests are any JSON of any size, and have no defaults.
    if (name === 'requests') continue;
    for (const inner of Array.isArray(value) ? value : [value]) {
      if (typeof inner === 'object' && inner !== null) shortenWithin(inner as Written, isSame);
    }
  }
}
