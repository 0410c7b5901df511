/** A host that dies before, in and after every step of a release, a cloud that dies in it: it ends as it does without. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hurried } from './hurried.ts';
import { expectServes, expectToldOnce, openStaged, type Staged } from './staged.ts';

const steps = [
  'find-requesters',
  'start-release',
  'wake-releases',
  'record-release',
  'observe-target#3',
  'deploy-version',
  'ask-version',
  'shift-traffic',
  'shift-traffic#2',
  'look-at-requests',
  'publish-release',
  'retire-deployment',
];
const turns = ['staged-release', 'staged-release#7', 'operate'];
const entities = ['target', 'target#9', 'model'];

/** `NAME#2` is a point's second pass; a host that was started again passes the next one first. */
const points = [
  ...steps.map((step) => [step, pointsOf('activity', ['begin', 'before-commit', 'after-commit'], step)]),
  ...turns.map((name) => [name, pointsOf('turn', ['before-commit', 'after-commit'], name)]),
  ...entities.map((name) => [name, pointsOf('entity', ['before-commit', 'after-commit'], name)]),
] as [string, string[]][];

function pointsOf(kind: string, whens: readonly string[], name: string): string[] {
  const [plain = '', pass] = name.split('#');
  return whens.map((when, at) => `${kind}-${when}:${plain}${pass && at === 0 ? `#${pass}` : ''}`);
}

describe('a release whose host dies at the worst moment', () => {
  let staged: Staged;
  let count = 0;

  beforeAll(async () => {
    staged = await openStaged({ env: hurried });
    await staged.request('first');
    expect(await staged.drive(count++)).toMatchObject({ state: 'settled' });
    await expectServes(staged, '1');
  });

  afterAll(() => staged?.close());

  it.each(points)('ends as without: %s', async (name, whens) => {
    await staged.request(`dies at ${name}`.replaceAll(/[ #]/g, '-'));
    const before = staged.reviver.deaths();
    const [first = '', ...others] = whens;
    await staged.reviver.hostAt(first, ...others);
    const row = await staged.drive(count++);
    expect(row).toMatchObject({ state: 'settled', model: { version: String(count) } });
    expect(staged.reviver.deaths() - before).toBe(whens.length);
    await expectServes(staged, String(count));
  });

  it.each([
    'deployment-before-commit',
    'deployment-after-commit',
    'service-bus-before-accept-commit',
    'service-bus-after-accept-commit',
  ])('ends as without when the cloud dies: %s', async (point) => {
    await staged.request(`cloud-dies-at-${point}`);
    const before = staged.reviver.deaths();
    await staged.reviver.cloudAt(point);
    const row = await staged.drive(count++);
    expect(row).toMatchObject({ state: 'settled', model: { version: String(count) } });
    expect(staged.reviver.deaths() - before).toBe(1);
    await expectServes(staged, String(count));
  });

  it('has told of each release once', () => expectToldOnce(staged.world));
});
