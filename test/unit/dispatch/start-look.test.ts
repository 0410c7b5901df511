import { describe, expect, it } from 'vitest';
import { lookInstanceId, startLook } from '../../../shared/dispatch/start-look.ts';
import { type Answer, type Asked, missing, openTaskHub, statusOf } from '../../fixtures/task-hub.ts';

const look = { lookedAt: '2026-03-01T00:04:00.000Z', known: ['tiny early 5 0 * * * UTC'] };

/** Starts a look where the last one stands like this; answers what came of it and what was started. */
async function startAfter(last: Answer) {
  const started: Asked[] = [];
  const hub = await openTaskHub((asked) => {
    if (asked.method === 'GET') return last;
    started.push(asked);
    return [202, { id: lookInstanceId }];
  });
  try {
    return { outcome: await startLook(hub.client), inputs: started.map(({ body }) => body) };
  } finally {
    hub.close();
  }
}

describe('startLook', () => {
  it('begins without a look before', async () => {
    expect(await startAfter(missing)).toEqual({ outcome: 'started', inputs: [{ previous: null }] });
  });

  it('hands on what the last look left', async () => {
    const last = statusOf(lookInstanceId, { runtimeStatus: 'Completed', output: look });
    expect(await startAfter(last)).toEqual({ outcome: 'started', inputs: [{ previous: look }] });
  });

  it.each(['Failed', 'Terminated', 'Canceled'])(
    'makes up for a last look that is %s',
    async (runtimeStatus) => {
      const last = statusOf(lookInstanceId, { runtimeStatus, input: { previous: look }, output: 'it broke' });
      expect(await startAfter(last)).toEqual({ outcome: 'started', inputs: [{ previous: look }] });
    },
  );

  it.each(['Running', 'Pending', 'Suspended'])('leaves a look alone that is %s', async (runtimeStatus) => {
    const last = statusOf(lookInstanceId, { runtimeStatus, input: { previous: look } });
    expect(await startAfter(last)).toEqual({ outcome: 'under-way', inputs: [] });
  });
});
