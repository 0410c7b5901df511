import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorld, type World } from '../world/world.ts';
import { expectExactlyOnce, expectOneOfEach } from './exactly-once.ts';

const steps = [
  'read-fleet',
  'record-decision',
  'record-run',
  'pin-data',
  'submit-job',
  'submit-job#2',
  'get-job',
  'judge-evidence',
  'register-model',
  'publish-release',
  'publish-release#2',
];
/** `NAME#2` of a step is the second pass of its point. */
const atStep = (when: string) => (step: string) => {
  const [name, pass] = step.split('#');
  return `${when}:${name}${pass ? `#${pass}` : ''}`;
};

const hostPoints = [
  ...['activity-begin', 'activity-before-commit', 'activity-after-commit'].flatMap((when) =>
    steps.map(atStep(when)),
  ),
  ...['admit-signal', 'retrain', 'retrain#5', 'release'].flatMap((name) =>
    ['turn-before-commit', 'turn-after-commit'].map((when) => atStep(when)(name)),
  ),
  ...['model', 'model#2', 'model#3', 'fleet', 'fleet#2'].flatMap((name) =>
    ['entity-before-commit', 'entity-after-commit'].map((when) => atStep(when)(name)),
  ),
];

const cloudPoints = [
  'job-before-submit-commit',
  'job-after-submit-commit',
  'job-before-complete-commit',
  'job-after-complete-commit',
  'model-before-commit',
  'model-after-commit',
  'event-grid-before-accept-commit',
  'event-grid-after-accept-commit',
  'event-grid-before-delivery',
  'event-grid-after-delivery',
  'service-bus-before-accept-commit',
  'service-bus-after-accept-commit',
];

describe('a process that dies at the worst moment', () => {
  let world: World;
  const asked: string[] = [];

  beforeAll(async () => {
    world = await openWorld();
    // A first champion, so that every run meets both gates.
    asked.push(await world.requestRun('first'));
    await world.untilSettled(asked);
  });

  afterAll(() => world?.close());

  it.each(hostPoints)('leaves one of everything when the host dies at %s', async (point) => {
    await world.uploadData();
    await world.crashHostAt(point);
    const died = world.hostExited();
    const request = world.requestRun(`host ${point}`.replaceAll(' ', '-'));
    expect((await died).signal).toBe('SIGKILL');
    await world.startHost();
    asked.push(await request);
    await world.untilSettled(asked);
    await expectOneOfEach(world, asked);
  });

  it.each(cloudPoints)('leaves one of everything when the cloud dies at %s', async (point) => {
    await world.uploadData();
    await world.crashCloudAt(point);
    const died = world.cloudExited();
    const request = world.requestRun(`cloud ${point}`.replaceAll(' ', '-'));
    expect((await died).signal).toBe('SIGKILL');
    await world.startCloud();
    asked.push(await request);
    await world.untilSettled(asked);
    await expectOneOfEach(world, asked);
  });

  it('left one release message for each run', () => expectExactlyOnce(world, asked));
});
