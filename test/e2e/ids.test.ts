import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decision } from '../../shared/domain/decision.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

const run = promisify(execFile);
const entry = fileURLToPath(new URL('../../cli/ratchet.js', import.meta.url));

/** Idempotency keys become part of a signal's id; they may be any visible ASCII. */
const keys = [
  'a/b',
  'a//b',
  'a/../b',
  'a%2Fb',
  'a%252Fb',
  '100%',
  'a#b',
  'a?b=c&d',
  "it's",
  'a\\b',
  'a+b',
  '..',
  '%',
];
describe('an id', () => {
  let world: World;
  let signalIds: string[];

  beforeAll(async () => {
    world = await openWorld();
    const frozen = { action: 'freeze', reason: 'only decisions are of interest' };
    const json = { 'content-type': 'application/json' };
    await world.ask('models/tiny/operations', {
      method: 'POST',
      headers: json,
      body: JSON.stringify(frozen),
    });
    const asked = [];
    for (const key of keys) asked.push(await world.requestRun(key));
    signalIds = asked;
  });
  afterAll(() => world?.close());

  it.each(keys)('of a request with the key %s finds its decision', async (key) => {
    const id = `manual:tiny:${key}`;
    expect(signalIds).toContain(id);
    const url = world.hostUrl;
    const explained = await throughOutages(async () => {
      const { stdout } = await run(process.execPath, [entry, 'explain', id, '--url', url, '--json']);
      return JSON.parse(stdout) as { decisions: readonly Decision[] };
    });
    expect(explained.decisions[0]!.signal.id).toBe(id);
    const { status, body } = await world.ask(`decisions/${encodeURIComponent(id)}`);
    expect(status).toBe(200);
    // Sent this way the two are one to every host, and both are there.
    const found = key === 'a/b' ? ['manual:tiny:a/b', 'manual:tiny:a%2Fb'] : [id];
    expect(found).toContain((body as { decision: Decision }).decision.signal.id);
  });

  it.each(['a/b', 'a%2Fb', 'ä', '%', '..%2f..', 'x?y#z', `x${'y'.repeat(2000)}`])(
    'that is not there, %s, is answered 404 by every route that takes one',
    async (id) => {
      const encoded = encodeURIComponent(id);
      const body = JSON.stringify({ reason: 'r', action: 'thaw', file: 'x' });
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
      const gets = [
        `decisions/${encoded}`,
        `runs/${encoded}`,
        `runs/${encoded}/report`,
        `models/${encoded}/data`,
      ];
      const posts = ['signals', 'operations', 'metrics', 'data'].map((what) => `models/${encoded}/${what}`);
      const answers = [
        ...(await Promise.all(gets.map(async (path) => [path, await world.ask(path)] as const))),
        ...(await Promise.all(posts.map(async (path) => [path, await world.ask(path, init)] as const))),
      ];
      for (const [path, { status, body: problem }] of answers) {
        expect(status, path).toBe(404);
        expect(problem, path).toMatchObject({ code: expect.stringMatching(/^(?:not-found|unknown-model)$/) });
      }
    },
  );
});
