import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { watchModels } from '../../../shared/watch-models.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'ratchet-watch-'));

/** So many model files; broken ones are quick to read. */
function fill(count: number): void {
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < count; index++) writeFileSync(join(folder, `m-${index}.yaml`), 'model: [');
}

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a folder of model files', () => {
  it('is looked at for each request, so that a change counts at once', async () => {
    fill(3);
    const models = watchModels(() => 0);
    expect((await models(folder)).names).toHaveLength(3);
    writeFileSync(join(folder, 'spam-filter.yaml'), sample);
    expect([...(await models(folder)).models.keys()]).toEqual(['spam-filter']);
  });

  it('of many files is looked at again the later, the more there are', async () => {
    let nowMs = 1_000;
    const models = watchModels(() => nowMs);
    fill(1_000);
    expect((await models(folder)).names).toHaveLength(1_000);
    writeFileSync(join(folder, 'spam-filter.yaml'), sample);
    nowMs += 199;
    expect((await models(folder)).names).toHaveLength(1_000);
    nowMs += 1;
    expect((await models(folder)).names).toHaveLength(1_001);
  });
});
