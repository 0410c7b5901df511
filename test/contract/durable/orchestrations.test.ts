import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Host, startHost } from './harness.ts';

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

async function run(name: string, input?: unknown, instanceId?: string): Promise<unknown> {
  const id = await host.client.startNew(name, { input, ...(instanceId ? { instanceId } : {}) });
  await host.settle();
  const status = await host.client.getStatus(id);
  expect(status.runtimeStatus, JSON.stringify(status)).toBe('Completed');
  return status.output;
}

describe('an orchestration', () => {
  test('runs a chain of activities and shows the custom status of its last step', async () => {
    const id = await host.client.startNew('chain', { input: 'hello' });
    await host.settle();
    const status = await host.client.getStatus(id);
    expect(status.output).toEqual({ text: 'HELLO!', at: 'end' });
    expect(status.customStatus).toEqual({ step: 2 });
    expect(status.input).toBe('hello');
  });

  test('fans out and gathers the results in order of asking', async () => {
    expect(await run('fanout', 30)).toBe(8555);
  });
});
