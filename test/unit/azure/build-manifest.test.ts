import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildManifest, listPartitions } from '../../../shared/azure/build-manifest.ts';

const config = { model: 'spam-filter', data: { path: 'mail/', evaluateOn: 2, holdoutShare: 0.3 } };
const manifestOf = (entries: Parameters<typeof listPartitions>[1], options = config, refusals = null) =>
  buildManifest('run', options, listPartitions(options.data, entries), refusals);
const entry = (path: string, bytes = 10) => ({ path, etag: `0x${path.length}`, bytes });

describe('the manifest of a run', () => {
  it('orders partitions by name and evaluates on the latest', () => {
    const manifest = manifestOf([entry('mail/c'), entry('mail/a'), entry('mail/b')]);
    expect(manifest).toEqual({
      runId: 'run',
      model: 'spam-filter',
      train: ['a', 'b', 'c'].map((name) => ({ name, etag: '0x6', bytes: 10 })),
      evaluate: ['b', 'c'].map((name) => ({ name, etag: '0x6', bytes: 10 })),
      holdoutShare: 0.3,
    });
  });

  it('leaves out empty files and what lies elsewhere', () => {
    const manifest = manifestOf([entry('mail/', 0), entry('mail/a', 0), entry('mailbox/b'), entry('mail/c')]);
    expect(manifest.train.map(({ name }) => name)).toEqual(['c']);
  });

  it('leaves out files that are refused, says why, and evaluates on the latest of the others', () => {
    const partitions = listPartitions(config.data, [entry('mail/a'), entry('mail/b'), entry('mail/c')]);
    const manifest = buildManifest('run', config, partitions, new Map([['c', '1 problem: bad.']]));
    expect(manifest.evaluate.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(manifest).toMatchObject({ refused: [{ name: 'c', reason: '1 problem: bad.' }], refusedCount: 1 });
    expect(buildManifest('run', config, partitions, new Map())).toMatchObject({
      refused: [],
      refusedCount: 0,
    });
  });

  it('lists a hundred refused files and counts the rest', () => {
    const refusals = new Map(Array.from({ length: 250 }, (_, index) => [`f${index}`, 'bad']));
    const { refused, refusedCount } = buildManifest('run', config, [], refusals);
    expect([refused?.length, refusedCount]).toEqual([100, 250]);
  });

  it('is the same whatever order the service lists in, and evaluates on nothing it does not train on', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 8 });
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 9 }), (found, evaluateOn) => {
        const options = { ...config, data: { ...config.data, evaluateOn } };
        const entries = found.map((name) => entry(`mail/${name}`));
        const manifest = manifestOf(entries, options);
        expect(manifestOf(entries.toReversed(), options)).toEqual(manifest);
        expect(manifest.evaluate).toEqual(manifest.train.slice(-evaluateOn));
      }),
    );
  });
});
