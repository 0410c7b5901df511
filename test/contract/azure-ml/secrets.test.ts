/** What a job prints of the secrets it was given is kept nowhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { idOf, openWorkspace, type Workspace } from './workspace-fixture.ts';

let workspace: Workspace;
const password = 'correct horse/battery+staple';
const sas = 'https://a.blob.core.windows.net/c/b?sv=2024-11-04&sp=r&sig=bWFkZSBvZiBieXRlcw%3D%3D';

beforeAll(async () => {
  workspace = await openWorkspace();
  await workspace.addCode('talks', {
    'talk.js': `
      const { writeSync, writeFileSync } = require('node:fs');
      const token = process.env.MLFLOW_TRACKING_TOKEN;
      // The test has no other way to know it.
      writeFileSync('token.txt', token);
      const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      for (const fd of [1, 2]) {
        writeSync(fd, 'tracking as ' + token + ' now\\n');
        writeSync(fd, 'in two: ' + token.slice(0, 20)); pause();
        writeSync(fd, token.slice(20) + '\\n');
        writeSync(fd, JSON.stringify(process.env) + '\\n');
        writeSync(fd, 'encoded ' + encodeURIComponent(process.env.DB_PASSWORD) + '\\n');
        writeSync(fd, 'reading ' + process.env.DATA_URL + '\\n');
        writeSync(fd, 'the last line, without an end: ' + process.env.DB_PASSWORD);
      }
      process.exit(3);
    `,
  });
});
afterAll(() => workspace.close());

it('neither in the log, the error, the events nor the files of the workspace', async () => {
  await workspace.submit('talks', {
    codeId: idOf('codes', 'talks'),
    command: 'node talk.js',
    environmentVariables: { DB_PASSWORD: password, DATA_URL: sas, EPOCHS: '12345678' },
  });
  const job = await workspace.untilEnded('talks');
  const folder = join(workspace.home, 'azure-ml', 'jobs', 'talks');
  const token = readFileSync(join(folder, 'code', 'token.txt'), 'utf8');
  expect(token.length).toBeGreaterThan(60);
  const log = readFileSync(join(folder, 'logs', 'std_log.txt'), 'utf8');
  const message = job.properties?.['errorMessage'] ?? '';
  for (const kept of [log, message, JSON.stringify(workspace.events)]) {
    expect(kept).not.toContain(token);
    expect(kept).not.toContain(token.slice(20));
    expect(kept).not.toContain(password);
    expect(kept).not.toContain(encodeURIComponent(password));
    expect(kept).not.toContain('bWFkZSBvZiBieXRlcw');
  }
  expect(log).toContain('tracking as *** now\n');
  expect(log).toContain('in two: ***\n');
  expect(log).toContain('sp=r&sig=***');
  expect(log).toContain('"EPOCHS":"12345678"');
  expect(log.match(/the last line, without an end: \*\*\*/g)).toHaveLength(2);
  expect(message).toMatch(/^The process ended with exit code 3\. Standard error ends with:\n/);
  expect(message).toMatch(/the last line, without an end: \*\*\*$/);
  for (const file of readdirSync(join(workspace.home, 'azure-ml')).filter((name) =>
    name.includes('sqlite'),
  )) {
    expect(readFileSync(join(workspace.home, 'azure-ml', file), 'latin1'), file).not.toContain(
      token.slice(20),
    );
  }
  const artifact = `/artifact/v2.0${localCloud.workspaceId}/artifacts/contentinfo/ExperimentRun/dcid.talks/user_logs/std_log.txt`;
  const { contentUri } = (await workspace.fetch(artifact)).json as { contentUri: string };
  expect((await workspace.fetch(contentUri, { token: null })).text).toBe(log);
});
