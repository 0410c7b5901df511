/** What the shell of `npm start` holds, and what of it the cloud, the host and a training job find. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { type LocalCloud, launchLocalCloud } from '../../../local/launch/local-cloud.ts';
import { workspaceClient } from '../../../local/launch/workspace-client.ts';
import { until } from '../../until.ts';

const secret = 'a secret of the shell';
const python = process.platform === 'win32' ? 'python' : 'python3';
const workspace = [localCloud.resourceGroup, localCloud.workspace] as const;

describe('a shell that holds secrets and a virtual environment of Python', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shell-environment-'));
  const venv = join(folder, 'venv');
  const home = join(folder, 'home');
  const shell: Record<string, string> = {
    AWS_SECRET_ACCESS_KEY: secret,
    AZURE_CLIENT_SECRET: secret,
    AzureWebJobsStorage: `AccountKey=${secret}`,
    HTTPS_PROXY: `http://jane:${secret.replaceAll(' ', '-')}@127.0.0.1:9`,
    HTTP_PROXY: 'http://127.0.0.1:9',
    RATCHET_KEY: secret,
    RATCHET_STORAGE__blobServiceUri: 'https://of-azure.blob.core.windows.net',
    RATCHET_DATA_HOOK_SECRET: 'a secret that is for the application',
    VIRTUAL_ENV: venv,
    PATH: [join(venv, process.platform === 'win32' ? 'Scripts' : 'bin'), process.env['PATH']].join(delimiter),
  };
  const before = { ...process.env };
  let local: LocalCloud;

  beforeAll(async () => {
    execFileSync(python, ['-m', 'venv', '--without-pip', venv]);
    Object.assign(process.env, shell);
    try {
      local = await launchLocalCloud({ home });
    } finally {
      for (const name of Object.keys(shell)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });
  afterAll(async () => {
    await local?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a job prints. */
  async function runJob(name: string, command: string): Promise<string> {
    const { jobs } = workspaceClient(local.cloud());
    const idOf = (path: string) => `${local.cloud().workspaceId}/${path}`;
    const environmentId = idOf('environments/any/versions/1');
    const job = { jobType: 'Command', command, environmentId, computeId: idOf('computes/local') } as const;
    await jobs.createOrUpdate(...workspace, name, { properties: job });
    await until(async () =>
      /^(?:Completed|Failed)$/.test((await jobs.get(...workspace, name)).properties.status!),
    );
    return readFileSync(join(home, 'cloud', 'azure-ml', 'jobs', name, 'logs', 'std_log.txt'), 'utf8');
  }

  it('shows a job none of its secrets, and the Python it has activated', async () => {
    const seen = JSON.parse(await runJob('env', "node -e 'console.log(JSON.stringify(process.env))'"));
    expect(
      Object.keys(seen)
        .filter((name) => name in shell)
        .sort(),
    ).toEqual(['PATH', 'VIRTUAL_ENV']);
    expect(JSON.stringify(seen)).not.toMatch(/secret of|secret-of|secret that/);
    expect(await runJob('venv', `${python} -c 'import sys; print(sys.prefix)'`)).toBe(`${venv}\n`);
  });

  it.runIf(process.platform === 'linux')(
    'shows them to no process that a job could ask, but the one that has a use for it',
    () => {
      const { pid } = JSON.parse(readFileSync(join(home, 'host', 'host.json'), 'utf8')) as { pid: number };
      const environmentOf = (id: number) => readFileSync(`/proc/${id}/environ`, 'utf8').split('\0');
      const given = (id: number) =>
        environmentOf(id).flatMap((line) => {
          const name = line.split('=')[0]!;
          return name in shell ? [name] : [];
        });
      expect(given(local.cloud().pid).sort()).toEqual(['PATH', 'VIRTUAL_ENV']);
      expect(given(pid).sort()).toEqual(['PATH', 'RATCHET_DATA_HOOK_SECRET', 'VIRTUAL_ENV']);
    },
  );

  it('keeps neither the application from the local storage nor its settings from it', async () => {
    const models = await fetch(`${local.apiRoot}/models`);
    expect(models.status).toBe(200);
    const notice = await fetch(`${local.apiRoot}/hooks/models/spam-filter/data`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    // Without its secret the hook would not be there at all.
    expect(notice.status).toBe(401);
  });
});
