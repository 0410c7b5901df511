import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, type World } from '../world/world.ts';

interface ModelView {
  readonly model: string;
  readonly configHash: string | null;
  readonly problems: readonly string[];
}

interface Page {
  readonly continuation?: string;
}

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const request = post({ reason: 'try it' });

describe('a broken model file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-broken-'));
  const tiny = join(folder, 'tiny.yaml');
  let world: World;

  beforeAll(async () => {
    cpSync('test/fixtures/tiny-model/models', folder, { recursive: true });
    writeFileSync(join(folder, 'broken.yaml'), 'model: broken\ndata: *nope\n');
    world = await openWorld({ modelsFolder: folder });
  });
  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const models = async () => {
    const { status, body } = await world.ask('models');
    expect(status).toBe(200);
    return Object.fromEntries(
      (body as { models: ModelView[] }).models.map((view) => [view.model, view] as const),
    );
  };

  it('is told of, with file and line, where models are listed and where it is asked', async () => {
    const { broken, tiny: sound } = await models();
    const [problem] = broken!.problems;
    expect(problem).toMatch(/^ratchet-broken-\w+\/broken\.yaml:2: alias \*nope has no anchor/);
    expect(broken!.configHash).toBeNull();
    expect(sound!.problems).toEqual([]);
    for (const path of ['models/broken/signals', 'models/broken/metrics', 'models/broken/data']) {
      const { status, body } = await world.ask(path, request);
      expect(status, path).toBe(409);
      expect(body).toMatchObject({ code: 'bad-config', detail: expect.stringContaining(problem!) });
    }
  });

  it('has its place on the pages of the models, and of the inbox', async () => {
    const read = async (path: string) => (await world.ask(path)).body as Page;
    const first = await read('models?limit=1');
    expect(first).toMatchObject({ models: [{ model: 'broken' }], total: 2 });
    const second = await read(`models?limit=1&continuation=${first.continuation}`);
    expect(second).toMatchObject({ models: [{ model: 'tiny' }], total: 2 });
    expect(second.continuation).toBeUndefined();
    const inbox = await read('inbox?limit=1');
    expect(inbox).toMatchObject({ items: [{ what: 'broken-file', model: 'broken' }], total: 1 });
    expect(inbox.continuation).toBeUndefined();
    for (const path of ['models', 'inbox']) {
      const tooMany = await world.ask(`${path}?limit=201`);
      expect(tooMany).toMatchObject({
        status: 400,
        body: { detail: 'limit: expected a whole number from 1 to 200, got "201"' },
      });
      const unknown = await world.ask(`${path}?continuation=x`);
      const detail = expect.stringContaining('continuation must come from an earlier page; found "x"');
      expect(unknown).toMatchObject({ status: 400, body: { code: 'bad-request', detail } });
    }
  });

  it('leaves every other model and what concerns them all as they are', async () => {
    expect((await world.ask('models/tiny/signals', request)).status).toBe(202);
    expect((await world.ask('fleet')).status).toBe(200);
    expect((await world.ask('models/tiny/data')).status).toBe(200);
    const freeze = post({ action: 'freeze', reason: 'until it is mended' });
    expect((await world.ask('models/broken/operations', freeze)).status).toBe(200);
  });

  it('does not end a model whose file was valid before', async () => {
    const text = readFileSync(tiny, 'utf8');
    const before = (await models())['tiny']!;
    writeFileSync(tiny, Buffer.from(text, 'utf16le'));
    const after = (await models())['tiny']!;
    expect(after).toMatchObject({ configHash: before.configHash });
    expect(after.problems).toEqual([expect.stringContaining('tiny.yaml:1: is UTF-16')]);
    expect((await world.ask('models/tiny/signals', request)).status).toBe(202);
    writeFileSync(tiny, text);
    expect((await models())['tiny']!.problems).toEqual([]);
  });
});
