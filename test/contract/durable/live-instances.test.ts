import { expect, test } from 'vitest';
import { LiveInstances } from '../../../local/functions-host/durable/live-instances.ts';
import type { InstanceRow } from '../../../local/functions-host/durable/store/records.ts';
import { Store } from '../../../local/functions-host/durable/store/store.ts';

const mostHeld = 10_000;

/** The store does not know it: what is no longer held cannot be loaded. */
function row(id: string, inputLength = 1): InstanceRow {
  return {
    ...{ id, executionId: id, name: 'any', version: '', status: 'Pending', input: '1'.repeat(inputLength) },
    ...{ output: null, customStatus: null, createdMs: 0, updatedMs: 0, parent: null, locks: [] },
  };
}

test('when too many are held, those go first that nobody asked for', () => {
  const live = new LiveInstances(new Store(':memory:'));
  for (let index = 0; index < mostHeld; index++) live.begin(row(`${index}`));
  const asked = [live.load('0'), live.load('2')];
  live.begin(row('one more'));
  live.begin(row('another'));
  expect([live.load('0'), live.load('2')]).toEqual(asked);
  expect([live.load('1'), live.load('3')]).toEqual([null, null]);
  expect(live.load('4')?.row.id).toBe('4');
});

test('what is too long to be held is let go, even when it was just asked for', () => {
  const live = new LiveInstances(new Store(':memory:'));
  live.begin(row('short'));
  live.load('short');
  live.begin(row('long', 65 * 1024 * 1024));
  expect(live.load('long')).toBeNull();
  live.begin(row('next'));
  expect(live.load('next')?.row.id).toBe('next');
});
