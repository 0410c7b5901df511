import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeBroken } from '../../../shared/config/model-files.ts';
import { createWiring } from '../../../shared/wiring.ts';

const wiringFile = new URL('../../../shared/wiring.ts', import.meta.url);

function modelFile(name: string, description: string): string {
  const job = '{ command: node x.ts, code: "azureml:x:1", environment: "azureml:node:24", compute: cpu }';
  return [
    `model: ${name}`,
    `description: ${description}`,
    'data: { path: data/ }',
    `training: ${job}`,
    `evaluation: ${job}`,
    'gates: [{ gate: floor, kind: bound, metric: accuracy, atLeast: 0.9 }]',
    'release: { stages: [{ stage: production, channel: event-grid }] }',
  ].join('\n');
}

function modelsFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-models-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const settings = (more: Record<string, string> = {}) => ({
  RATCHET_WORKSPACE_ID:
    '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw',
  RATCHET_CONTAINER: 'azureml',
  RATCHET_STORAGE: 'UseDevelopmentStorage=true',
  ...more,
});

describe('importing the wiring', () => {
  it('loads no SDK and no schema library: a cold start pays for what it uses', () => {
    const script = `
      import { registerHooks } from 'node:module';
      const packages = new Set();
      registerHooks({ load(url, context, next) {
        const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
        if (name) packages.add(name);
        return next(url, context);
      } });
      const { createWiring } = await import(${JSON.stringify(wiringFile.href)});
      const imported = [...packages];
      await createWiring(${JSON.stringify(settings())}).settings();
      console.log(JSON.stringify({ imported, used: [...packages] }));`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    });
    // That reading settings shows up is what proves that the list above it is complete.
    expect(JSON.parse(printed)).toEqual({ imported: [], used: ['zod'] });
  });
});

describe('the model files', () => {
  it('are those beside package.json where no folder is set', async () => {
    expect([...(await createWiring(settings()).models()).keys()]).toContain('spam-filter');
  });

  it('are kept while nothing changes, and read again when a file or the listing does', async () => {
    const folder = modelsFolder();
    const { models } = createWiring(settings({ RATCHET_MODELS_DIR: folder }));
    const described = async () =>
      Object.fromEntries([...(await models())].map(([name, { config }]) => [name, config.description]));
    writeFileSync(join(folder, 'a.yaml'), modelFile('a', 'one'));
    expect(await described()).toEqual({ a: 'one' });
    expect(await models()).toBe(await models());

    writeFileSync(join(folder, 'a.yaml'), modelFile('a', 'two'));
    utimesSync(join(folder, 'a.yaml'), new Date(), new Date(Date.now() + 5_000));
    expect(await described()).toEqual({ a: 'two' });
    writeFileSync(join(folder, 'b.yaml'), modelFile('b', 'new'));
    expect(await described()).toEqual({ a: 'two', b: 'new' });
    rmSync(join(folder, 'a.yaml'));
    expect(await described()).toEqual({ b: 'new' });
  });

  it('that are broken are reported until they are repaired, and the others go on', async () => {
    const folder = modelsFolder();
    const { modelFiles } = createWiring(settings({ RATCHET_MODELS_DIR: folder }));
    const file = join(folder, 'a.yaml');
    writeFileSync(file, 'model: a');
    writeFileSync(join(folder, 'b.yaml'), modelFile('b', 'sound'));
    const broken = await modelFiles();
    expect([...broken.models.keys()]).toEqual(['b']);
    expect(broken.names).toEqual(['a', 'b']);
    expect(broken.broken.get('a')).not.toEqual([]);
    writeFileSync(file, modelFile('a', 'repaired'));
    const repaired = await modelFiles();
    expect([...repaired.models.keys()]).toEqual(['a', 'b']);
    expect(repaired.broken.size).toBe(0);
  });

  it('that break while they are in use keep what they last said, until they are gone', async () => {
    const folder = modelsFolder();
    const { modelFiles, models } = createWiring(settings({ RATCHET_MODELS_DIR: folder }));
    const file = join(folder, 'a.yaml');
    writeFileSync(file, modelFile('a', 'one'));
    await modelFiles();
    for (const broken of ['model: a', 'data: *nope', '']) {
      writeFileSync(file, broken);
      const files = await modelFiles();
      expect(files.models.get('a')?.config.description).toBe('one');
      expect(files.broken.get('a')).not.toEqual([]);
    }
    expect(describeBroken(await modelFiles()).join()).toContain('(model a keeps its last valid version)');
    rmSync(file);
    expect([...(await models()).keys()]).toEqual([]);
    expect(describeBroken(await modelFiles())).toEqual([]);
  });

  it('never take a fleet file that cannot be read for no limits', async () => {
    const folder = modelsFolder();
    const { fleet } = createWiring(settings({ RATCHET_MODELS_DIR: folder }));
    writeFileSync(join(folder, 'a.yaml'), modelFile('a', 'one'));
    expect(await fleet()).toBeNull();
    const file = join(folder, 'fleet.yaml');
    writeFileSync(file, 'maximumConcurrentRun: 1');
    await expect(fleet()).rejects.toMatchObject({ code: 'bad-config', status: 409 });
    await expect(fleet()).rejects.toThrow('fleet.yaml:1: maximumConcurrentRun: unknown field');
    writeFileSync(file, 'maximumConcurrentRuns: 1');
    expect(await fleet()).toMatchObject({ maximumConcurrentRuns: 1 });
    writeFileSync(file, 'maximumConcurrentRuns: none');
    expect(await fleet()).toMatchObject({ maximumConcurrentRuns: 1 });
  });
});

describe('a wrong setting', () => {
  it('is reported when something needs it, and not kept', async () => {
    const env: Record<string, string> = {};
    const { blobs } = createWiring(env);
    await expect(blobs()).rejects.toMatchObject({ code: 'bad-setting' });
    Object.assign(env, settings());
    expect(await blobs()).toBeDefined();
  });

  it('names the certificate file that cannot be read', async () => {
    const { workspace } = createWiring(settings({ RATCHET_CA_FILE: '/nowhere/ca.pem' }));
    await expect(workspace()).rejects.toMatchObject({
      code: 'bad-setting',
      message:
        'RATCHET_CA_FILE must be a PEM file that can be read; found "/nowhere/ca.pem", ENOENT: no such file or directory, open \'/nowhere/ca.pem\'; correct the path or leave it out',
    });
  });
});
