/**
 * Calls to a workspace that fail, or whose answers are lost, so that they are sent twice: repeated until they succeed,
 * they bring what they ask for, once. By chance, from the seed of the run.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RatchetError } from '../../../shared/errors.ts';
import type { ReleaseTarget } from '../../../shared/release/targets/target.ts';
import { type Handle, openFront, openReleasing, type Releasing, version } from './target-fixture.ts';

let r: Releasing;
beforeAll(async () => {
  r = await openReleasing();
});
afterAll(() => r.workspace.close());

type Fault = 'none' | 'lose' | 'unavailable' | 'throttled' | 'gateway' | 'conflict';

/** `retry-after-ms` keeps the client's own pauses short. */
const replies = {
  unavailable: { status: 503, body: '{"error":{"code":"ServiceUnavailable","message":"later"}}' },
  throttled: { status: 429, body: '{"error":{"code":"TooManyRequests","message":"later"}}' },
  gateway: { status: 404, body: '<html>no such page</html>' },
  conflict: { status: 409, body: '{"error":{"code":"Conflict","message":"busy"}}' },
} as const;

const faultsOf = (faults: readonly Fault[]): Handle => {
  const left = [...faults];
  return () => {
    const fault = left.shift() ?? 'none';
    if (fault === 'none') return undefined;
    return fault === 'lose' ? 'lose' : { ...replies[fault], headers: { 'retry-after-ms': '1' } };
  };
};

/** As the orchestration repeats a step: whatever may pass is tried again; a refusal ends the test. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error as RatchetError).retryable) throw error;
    }
  }
}

async function untilReady(target: ReleaseTarget, endpoint: string): Promise<void> {
  for (;;) {
    const { state, why } = await insist(() => target.deploy(version('2')));
    if (state === 'failed') throw new Error(why);
    if (state === 'ready') return;
    await r.settle(endpoint);
  }
}

async function untilSeen(target: ReleaseTarget, endpoint: string, traffic: Record<string, number>) {
  for (;;) {
    await insist(() => target.shift({ traffic, mirror: {} }));
    await r.settle(endpoint);
    const { traffic: seen } = await insist(() => target.observe());
    if (JSON.stringify(seen) === JSON.stringify(traffic)) return;
  }
}

it('brings what is asked for, once, whatever fails on the way', async () => {
  const fault = fc.oneof(
    { weight: 3, arbitrary: fc.constant<Fault>('none') },
    { weight: 2, arbitrary: fc.constantFrom<Fault>('unavailable', 'throttled', 'gateway', 'conflict') },
    { weight: 1, arbitrary: fc.constant<Fault>('lose') },
  );
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { minLength: 5, maxLength: 30 }), async (faults) => {
      const endpoint = `faults-${round++}`;
      await r.makeEndpoint(endpoint);
      await r.makeDeployment(endpoint, 'version-1');
      const front = await openFront(r, faultsOf(faults));
      try {
        const target = await r.target(endpoint, {}, front.endpoint);
        await untilSeen(target, endpoint, { 'version-1': 100 });
        await untilReady(target, endpoint);
        await untilSeen(target, endpoint, { 'version-1': 90, 'version-2': 10 });
        await untilSeen(target, endpoint, { 'version-2': 100 });
        await insist(() => target.retire('version-1'));
        await r.settle(endpoint);
        const observed = await insist(() => target.observe());
        expect(observed).toMatchObject({ traffic: { 'version-2': 100 }, isUpdating: false });
        expect(observed.deployments).toEqual([
          { deployment: 'version-2', model: { name: 'm', version: '2' }, state: 'ready' },
        ]);
        // Each version was deployed once, however often it was asked for.
        expect(r.toldOf(endpoint)).toHaveLength(2);
      } finally {
        front.close();
      }
    }),
    { numRuns: 8, endOnFailure: true },
  );
});
