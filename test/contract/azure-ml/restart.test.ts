import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../local/clock/clock.ts';
import { until } from '../../until.ts';
import { codeUri, group, idOf, openWorkspace, type Workspace, workspaceName } from './workspace-fixture.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace({ jobSlots: 1, clock: new VirtualClock(Date.parse(virtualNow)) });
  await workspace.upload({ 'data/rows.csv': 'a,b' });
  await workspace.addCode('train', {
    // Waits for a blob-less sign that the test gives: the file named by its argument.
    'wait.js': `
      const { existsSync, writeFileSync } = require('node:fs');
      const [, , sign, out] = process.argv;
      console.log('waiting');
      const timer = setInterval(() => {
        if (!existsSync(sign)) return;
        clearInterval(timer);
        writeFileSync(out, 'done');
      }, 20);
    `,
  });
});
afterAll(() => workspace.close());

const virtualNow = '2031-05-04T03:02:01.000Z';

const statusesOf = (job: string) =>
  workspace.events
    .filter((event) => event.eventType.endsWith('RunStatusChanged') && event.subject.endsWith(`/runs/${job}`))
    .map((event) => (event.data as { runStatus: string }).runStatus);

const waiting = (sign: string) => ({
  codeId: idOf('codes', 'train'),
  command: 'node wait.js ${{inputs.sign}} ${{outputs.result}}',
  inputs: { sign: { jobInputType: 'literal' as const, value: sign } },
  outputs: { result: { jobOutputType: 'uri_file' as const } },
});

describe('after a restart', () => {
  it('a job that ran starts again and ends once, and one that waited runs after it', async () => {
    const sign = `${workspace.home}/go`;
    await workspace.submit('running', waiting(sign));
    await workspace.submit('queued', waiting(sign));
    await workspace.untilStatus('running', 'Running');
    await workspace.restart();
    writeFileSync(sign, '');

    const job = await workspace.untilEnded('running');
    expect(job.status).toBe('Completed');
    expect(job.properties?.['attempts']).toBe('2');
    expect((await workspace.untilEnded('queued')).properties?.['attempts']).toBe('1');
    for (const name of ['running', 'queued']) {
      expect(statusesOf(name)).toEqual([
        'NotStarted',
        'Queued',
        'Starting',
        'Running',
        'Finalizing',
        'Completed',
      ]);
    }
  });

  it('what was registered is still there', async () => {
    await workspace.upload({ 'data/rows.csv': 'a' });
    const properties = { modelUri: codeUri('data/rows.csv') };
    await workspace.client.modelVersions.createOrUpdate(group, workspaceName, 'kept', '1', { properties });
    await workspace.restart();
    const model = await workspace.client.modelVersions.get(group, workspaceName, 'kept', '1');
    expect(model.properties.modelUri).toBe(properties.modelUri);
  });
});

describe('under a virtual clock', () => {
  it('times come from it, while the time limit of a process is real', async () => {
    await workspace.submit('limited', {
      codeId: idOf('codes', 'train'),
      command: 'node wait.js never never',
      limits: { jobLimitsType: 'Command', timeout: 'PT0.3S' },
    });
    expect((await workspace.untilEnded('limited')).status).toBe('Failed');
    const job = await workspace.client.jobs.get(group, workspaceName, 'limited');
    expect(job.systemData?.createdAt?.toISOString()).toBe(virtualNow);
    expect(workspace.events.at(-1)?.eventTime).toBe(virtualNow);
    await until(() => expect(workspace.work.busy).toBe(0));
  });
});
