import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildManifest } from '../../../shared/azure/build-manifest.ts';

const config = { model: 'spam-filter', data: { path: 'mail/', evaluateOn: 2, holdoutShare: 0.3 } };
const entry = (path: string, bytes = 10) => ({ path, etag: `0x${path.length}`, bytes });

describe('the manifest of a run', () => {
  it('orders partitions by name and evaluates on the latest', () => {
    const manifest = buildManifest('run', config, [entry('mail/c'), entry('mail/a'), entry('mail/b')]);
    expect(manifest).toEqual({
      runId: 'run',
      model: 'spam-filter',
      train: ['a', 'b', 'c'].map((name) => ({ name, etag: '0x6', bytes: 10 })),
      evaluate: ['b', 'c'].map((name) => ({ name, etag: '0x6', bytes: 10 })),
      holdoutShare: 0.3,
    });
  });

  it('leaves out empty files and what lies elsewhere', () => {
    const manifest = buildManifest('run', config, [
      entry('mail/', 0),
      entry('mail/a', 0),
      entry('mailbox/b'),
      entry('mail/c'),
    ]);
    expect(manifest.train.map(({ name }) => name)).toEqual(['c']);
  });

  it('is the same whatever order the service lists in, and evaluates on nothing it does not train on', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 8 });
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 9 }), (found, evaluateOn) => {
        const options = { ...config, data: { ...config.data, evaluateOn } };
        const entries = found.map((name) => entry(`mail/${name}`));
        const manifest = buildManifest('run', options, entries);
        expect(buildManifest('run', options, entries.toReversed())).toEqual(manifest);
        expect(manifest.evaluate).toEqual(manifest.train.slice(-evaluateOn));
      }),
    );
  });
});
