/** Names in the model file that people choose: what is said of one that is refused. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseModelFile } from '../../../shared/config/load.ts';
import { ModelConfigSchema } from '../../../shared/config/schema.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8').replace(/^release:[\s\S]*/m, '');

function problemsOf(settings: string): readonly string[] {
  const text = `${sample}release:
  target: { kind: online-endpoint, endpoint: front, instanceType: S, smoke: { requests: [1] }, settings: ${settings} }
  stages: [{ stage: production, kind: production }]
`;
  const parsed = parseModelFile('m.yaml', text);
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

describe('a name that somebody chooses', () => {
  it('is refused with its rule and with what was found', () => {
    expect(problemsOf('{ my-setting: a }')).toEqual([
      'release.target.settings.my-setting: the name of an environment variable: letters, digits and underscores, not beginning with a digit; found the name "my-setting"',
    ]);
    expect(problemsOf('{ 1A: a, B: b }')).toEqual([
      'release.target.settings.1A: the name of an environment variable: letters, digits and underscores, not beginning with a digit; found the name "1A"',
    ]);
    expect(problemsOf('{ MY_SETTING: a }')).toEqual([]);
  });

  it('has a rule in words wherever the model file has names of one', () => {
    const keys = findKeys(ModelConfigSchema);
    expect(keys.length).toBeGreaterThan(5);
    for (const key of keys)
      for (const bad of ['', '-\u0007 .', 'x'.repeat(1_000)]) {
        const messages = key.safeParse(bad).error?.issues.map(({ message }) => message) ?? [];
        // What zod says by itself begins so, and tells a pattern at most.
        expect(messages.filter((message) => /^(?:Invalid|Too)/.test(message))).toEqual([]);
      }
  });
});

/** The schema of the keys of each record there is, however deep. */
function findKeys(root: z.ZodType): readonly z.ZodType[] {
  const seen = new Set<unknown>();
  const keys: z.ZodType[] = [];
  const walk = (at: unknown): void => {
    if (typeof at !== 'object' || at === null || seen.has(at)) return;
    seen.add(at);
    if (at instanceof z.ZodRecord) keys.push(at.keyType as z.ZodType);
    if (at instanceof z.ZodType) walk(at.def);
    else for (const value of at instanceof Map ? at.values() : Object.values(at)) walk(value);
  };
  walk(root);
  return keys;
}
