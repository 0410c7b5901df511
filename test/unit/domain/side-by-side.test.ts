import { describe, expect, it } from 'vitest';
import { sideBySide } from '../../../shared/domain/side-by-side.ts';

/** Work that ends when it is told to; it counts what is under way. */
function workshop() {
  const begun: number[] = [];
  const ends = new Map<number, { resolve(value: string): void; reject(error: Error): void }>();
  return {
    begun,
    work: (item: number) =>
      new Promise<string>((resolve, reject) => {
        begun.push(item);
        ends.set(item, { resolve, reject });
      }),
    async end(item: number): Promise<void> {
      ends.get(item)!.resolve(`done ${item}`);
      await new Promise(setImmediate);
    },
    async fail(item: number): Promise<void> {
      ends.get(item)!.reject(new Error(`no ${item}`));
      await new Promise(setImmediate);
    },
  };
}

describe('work side by side', () => {
  it('has so many under way at most, and answers in the order of what was given', async () => {
    const { begun, work, end } = workshop();
    const all = sideBySide([1, 2, 3, 4], 2, work);
    expect(begun).toEqual([1, 2]);
    await end(2);
    expect(begun).toEqual([1, 2, 3]);
    await end(3);
    await end(1);
    await end(4);
    expect(await all).toEqual(['done 1', 'done 2', 'done 3', 'done 4']);
  });

  it('begins no more once one has failed, and says which', async () => {
    const { begun, work, end, fail } = workshop();
    const all = sideBySide(new Set([1, 2, 3, 4]), 2, work);
    const failed = expect(all).rejects.toThrow('no 1');
    await fail(1);
    await end(2);
    await failed;
    expect(begun).toEqual([1, 2]);
  });

  it('does nothing where there is nothing', async () => {
    expect(await sideBySide([], 8, () => Promise.reject(new Error('not called')))).toEqual([]);
  });
});
