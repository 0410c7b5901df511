import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { leaveOutDefaults } from '../../../shared/config/leave-out-defaults.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import { ModelConfigSchema, type PinnedModel } from '../../../shared/config/schema.ts';
import { stagedModel } from '../../world/endpoint.ts';

const read = (text: string): PinnedModel => {
  const parsed = parseModelFile('m.yaml', text);
  if ('problems' in parsed) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return parsed.model;
};
const stages = '- { stage: production, kind: production, keepOld: PT1H }';
const texts = new Map([
  ...globSync(['models/*.yaml', 'test/fixtures/**/models/*.yaml'], { exclude: ['**/*.tests.yaml'] }).map(
    (file) => [file, readFileSync(file, 'utf8')] as const,
  ),
  ['a release over stages', stagedModel({ stages })],
]);

describe('a config that is written out', () => {
  it.each([...texts])('reads as the same one: %s', (_name, text) => {
    const { config, configHash } = read(text);
    const written = stringify(leaveOutDefaults(config));
    expect(read(written).configHash).toBe(configHash);
  });

  it('has no field that could be left out, and every list whole', () => {
    const { config } = read(readFileSync('models/spam-filter.yaml', 'utf8'));
    const written = leaveOutDefaults(config);
    const wanted = JSON.stringify(config);
    let fields = 0;
    const walk = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [name, value] of Object.entries(node)) {
        if (!Array.isArray(node)) {
          fields++;
          delete (node as Record<string, unknown>)[name];
          const without = ModelConfigSchema.safeParse(written);
          expect(JSON.stringify(without.data), name).not.toBe(wanted);
          (node as Record<string, unknown>)[name] = value;
        }
        walk(value);
      }
    };
    walk(written);
    expect(fields).toBeGreaterThan(30);
  });

  it('is what its writer wrote, where that was no more than needed', () => {
    const text = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    const { triggers, policy } = leaveOutDefaults(read(text).config);
    const source = parse(text) as Record<string, unknown>;
    expect({ triggers, policy }).toEqual({ triggers: source['triggers'], policy: source['policy'] });
  });
});
