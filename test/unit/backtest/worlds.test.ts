import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { readWorld } from '../../../cli/backtest/read-world.ts';
import { askWorld } from '../../../shared/backtest/ask-world.ts';
import { FleetSchema } from '../../../shared/config/fleet-schema.ts';
import { atHour, modelWith } from './histories.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-worlds-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pinned = modelWith({
  triggers: '{ metrics: [{ name: low, metric: accuracy, below: 0.9, confidence: 0.95 }] }',
  policy: '{ cooldown: PT0S }',
});
const policy = FleetSchema.parse({ falseAlarms: 0.05 });

const service =
  (fleet: object) =>
  async (path: string): Promise<unknown> => {
    const [name] = path.split('?');
    if (name === 'models/tiny/file') return pinned;
    if (name === 'fleet') return fleet;
    if (name === 'models') return { models: [{ model: 'tiny' }, { model: 'other' }] };
    if (name === 'models/tiny/timeline') return { at: atHour(1), before: null, champions: [], metrics: [] };
    return { decisions: [], runs: [], operations: [] };
  };

describe('what a backtest is played over', () => {
  it('knows how many rules of other models are held to one promise: of a service, and of its history as a file', async () => {
    const together = { falseAlarms: 0.05, rules: 3_000 };
    const asked = await askWorld(service({ policy, together }), 'tiny');
    expect(asked.fleet).toEqual({ policy, models: ['tiny', 'other'], otherSureRules: 2_999 });
    const file = join(folder, 'history.jsonl');
    writeFileSync(file, asked.lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(readWorld(file, 'tiny').fleet).toEqual(asked.fleet);
  });

  it('knows none where the service makes no such promise, or is older than it', async () => {
    for (const fleet of [{ policy: null, together: null }, { policy: null }])
      expect((await askWorld(service(fleet), 'tiny')).fleet).toEqual({
        policy: null,
        models: ['tiny', 'other'],
      });
  });

  it('counts them in the model files where the history has none', () => {
    const models = mkdtempSync(join(folder, 'models-'));
    for (const model of ['tiny', 'other', 'third'])
      writeFileSync(join(models, `${model}.yaml`), stringify({ ...pinned.config, model }));
    writeFileSync(join(models, 'fleet.yaml'), 'falseAlarms: 0.05\n');
    vi.stubEnv('RATCHET_MODELS_DIR', models);
    const file = join(folder, 'end.jsonl');
    writeFileSync(file, `${JSON.stringify({ type: 'end', at: atHour(1) })}\n`);
    expect(readWorld(file, 'tiny').fleet).toMatchObject({ policy, otherSureRules: 2 });
    vi.unstubAllEnvs();
  });
});
