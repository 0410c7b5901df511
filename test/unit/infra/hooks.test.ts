import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Run, runWith } from '../../../infra/hooks/run.ts';
import { isStep, steps, takeStep } from '../../../infra/hooks/steps.ts';
import { roles } from '../../../shared/access/access-table.ts';
import { templateOf } from './arm.ts';

const workspace =
  '/subscriptions/ml-sub/resourceGroups/rg-ml/providers/Microsoft.MachineLearningServices/workspaces/mlw';
const account =
  '/subscriptions/ml-sub/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/mldata';
const azd = { AZURE_ENV_NAME: 'prod', AZURE_LOCATION: 'westeurope', AZURE_SUBSCRIPTION_ID: 'app-sub' };
const outputs = {
  RATCHET_WORKSPACE_ID: { value: workspace },
  RATCHET_WORKSPACE_LOCATION: { value: 'westeurope' },
  ratchet_DATA_STORAGE_ID: { value: account },
  RATCHET_DATA_ACCOUNT: { value: 'mldata' },
  RATCHET_DATA_CONTAINER: { value: 'azureml-blobstore-1' },
};
const provisioned = {
  ...azd,
  RATCHET_WORKSPACE_ID: workspace,
  RATCHET_DATA_STORAGE_ID: account,
  RATCHET_DATA_ACCOUNT: 'mldata',
  RATCHET_AUTH_CLIENT_ID: 'client-1',
  RATCHET_OWN_AUTH_CLIENT_ID: 'client-1',
  RATCHET_URL: 'https://func-1.azurewebsites.net',
  RATCHET_APP_ID: '/subscriptions/app-sub/app',
};

/** A step with what the two programs would print; neither is here, and there is no subscription to run them against. */
async function take(step: string, env: Record<string, string>, prints: Record<string, string> = {}) {
  const ran: { line: string; env: Record<string, string | undefined> }[] = [];
  const run: (env: Readonly<Record<string, string | undefined>>) => Run =
    (given) => async (program, args) => {
      const line = `${program} ${args.join(' ')}`;
      ran.push({ line, env: { ...given } });
      return Object.entries(prints).find(([start]) => line.startsWith(start))?.[1] ?? '';
    };
  const said: string[] = [];
  if (!isStep(step)) throw new Error(step);
  await takeStep(step, env, run, (line) => said.push(line));
  return { ran, lines: ran.map(({ line }) => line), said };
}

const ledgerOutputs = { 'az deployment sub create': JSON.stringify(outputs) };

describe('azure.yaml', () => {
  const file = parse(readFileSync('azure.yaml', 'utf8')) as {
    services: Record<string, Record<string, unknown>>;
    hooks: Record<string, Record<'posix' | 'windows', { shell: string; run: string }>>;
  };
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

  it('runs the same in both shells, and only what there is', () => {
    for (const [name, { posix, windows }] of Object.entries(file.hooks)) {
      expect({ ...posix, shell: 'pwsh' }, name).toEqual(windows);
      expect(posix.shell).toBe('sh');
      const [, script, step] = /^npm run --silent (\w+)(?: ([\w-]+))?$/.exec(posix.run)!;
      expect(scripts).toHaveProperty(script!);
      if (script === 'azure') expect(steps).toContain(step);
    }
    const taken = Object.values(file.hooks).map(({ posix }) => posix.run.split(' ')[4]);
    expect(taken.filter(Boolean).sort()).toEqual([...steps].sort());
  });

  it('deploys the package as it is, to the app that the template tags', () => {
    const [[name, service]] = Object.entries(file.services) as [[string, Record<string, unknown>]];
    expect(service).toEqual({
      project: '.',
      language: 'js',
      host: 'function',
      dist: 'dist/package',
      remoteBuild: false,
    });
    expect(readFileSync('infra/main.bicep', 'utf8')).toContain(`serviceName: '${name}'`);
  });
});

describe('before azd provisions', () => {
  it('the workspace is asked, and what it says is kept for the templates', async () => {
    const { lines, ran } = await take(
      'before-provision',
      { ...azd, RATCHET_WORKSPACE_ID: workspace },
      {
        ...ledgerOutputs,
        'az ad app create': 'client-1',
      },
    );
    expect(lines[0]).toMatch(
      /^az deployment sub create --subscription ml-sub --name ratchet-ledger-prod --location westeurope --parameters \S+ledger\.bicepparam /,
    );
    expect(lines).toContain(`azd env set RATCHET_DATA_STORAGE_ID ${account}`);
    expect(lines).toContain('azd env set RATCHET_AUTH_CLIENT_ID client-1');
    expect(lines).toContain('az ad app update --id client-1 --identifier-uris api://client-1');
    // What comes later is run with what came before.
    expect(ran.at(-1)!.env['RATCHET_DATA_ACCOUNT']).toBe('mldata');
    // It is known by then.
    expect(lines).not.toContain(`azd env set RATCHET_WORKSPACE_ID ${workspace}`);
  });

  it('a workspace has to be named, or a sample one wanted', async () => {
    await expect(take('before-provision', azd)).rejects.toThrow(
      'RATCHET_WORKSPACE_ID must name the workspace by its resource id; found nothing; set it with azd env set, or have a sample one made: azd env set RATCHET_SAMPLE_WORKSPACE true',
    );
    const { lines } = await take(
      'before-provision',
      { ...azd, RATCHET_SAMPLE_WORKSPACE: 'true', RATCHET_SIGN_IN: 'false' },
      ledgerOutputs,
    );
    expect(lines[0]).toContain('--subscription app-sub');
    expect(lines).toContain(`azd env set RATCHET_WORKSPACE_ID ${workspace}`);
  });

  it('an application that was made before is used again, and two of one name are asked about', async () => {
    const env = { ...azd, RATCHET_WORKSPACE_ID: workspace };
    const { lines } = await take('before-provision', env, { ...ledgerOutputs, 'az ad app list': 'client-7' });
    expect(lines.filter((line) => line.startsWith('az ad app create'))).toEqual([]);
    expect(lines).toContain('azd env set RATCHET_AUTH_CLIENT_ID client-7');
    const twice = take('before-provision', env, { ...ledgerOutputs, 'az ad app list': 'a\nb' });
    await expect(twice).rejects.toThrow(/2 applications are called ratchet-prod: .*RATCHET_AUTH_CLIENT_ID/);
  });

  it('an application of somebody else is not touched', async () => {
    const env = { ...azd, RATCHET_WORKSPACE_ID: workspace, RATCHET_AUTH_CLIENT_ID: 'theirs' };
    const { lines } = await take('before-provision', env, ledgerOutputs);
    const other = { ...provisioned, RATCHET_AUTH_CLIENT_ID: 'theirs' };
    const after = await take('after-provision', other);
    const down = await take('before-down', other, ledgerOutputs);
    expect([...lines, ...after.lines, ...down.lines].filter((line) => line.startsWith('az ad'))).toEqual([]);
  });

  it('the roles of the application are those that the app knows', () => {
    const made = JSON.parse(readFileSync('infra/hooks/app-roles.json', 'utf8')) as {
      value: string;
      id: string;
      allowedMemberTypes: string[];
    }[];
    expect(made.map(({ value }) => value).sort()).toEqual([...roles].sort());
    expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
    // A machine is an operator, and never approves.
    expect(
      made
        .filter(({ allowedMemberTypes }) => allowedMemberTypes.includes('Application'))
        .map(({ value }) => value),
    ).toEqual(['operator']);
  });
});

describe('after that', () => {
  it('what lies beside the workspace is a stack, which is no part of what azd deletes', async () => {
    const { lines } = await take('after-provision', provisioned);
    expect(lines[0]).toBe(
      'az ad app update --id client-1 --web-redirect-uris https://func-1.azurewebsites.net/.auth/login/aad/callback',
    );
    expect(lines[1]).toMatch(
      /^az stack sub create --subscription ml-sub --name ratchet-prod --location westeurope --parameters \S+workspace\.bicepparam --action-on-unmanage deleteResources --deny-settings-mode none --yes$/,
    );
  });

  it('subscriptions to functions are made when the functions are there', async () => {
    expect((await take('after-deploy', provisioned)).lines).toEqual([]);
    const { ran, lines } = await take('after-deploy', { ...provisioned, RATCHET_EVENT_DELIVERY: 'function' });
    expect(lines[0]).toBe('azd env set RATCHET_EVENTS_APP_ID /subscriptions/app-sub/app');
    expect(ran[1]!.env['RATCHET_EVENTS_APP_ID']).toBe('/subscriptions/app-sub/app');
  });

  it('every output that a step reads is one of the template', () => {
    const told = Object.keys(templateOf('main').outputs!);
    expect(told).toEqual(
      expect.arrayContaining([
        'RATCHET_APP_ID',
        'RATCHET_URL',
        'RATCHET_EVENTS_QUEUE_ID',
        'RATCHET_HOST_STORAGE_ID',
      ]),
    );
    const given = [
      ...readFileSync('infra/workspace.bicepparam', 'utf8').matchAll(/readEnvironmentVariable\('(\w+)'\)/g),
    ].map(([, name]) => name!);
    const ledger = Object.keys(templateOf('ledger').outputs!);
    expect(given.filter((name) => !told.includes(name) && !ledger.includes(name) && !(name in azd))).toEqual(
      [],
    );
  });
});

describe('before azd takes the app away', () => {
  const stack = { 'az stack sub list': 'ratchet-prod' };

  it('the stack goes, and the ledger stays, locked again', async () => {
    const { lines, said } = await take('before-down', provisioned, { ...ledgerOutputs, ...stack });
    const places = ['az lock delete', 'az stack sub delete', 'az deployment sub create'].map((start) =>
      lines.findIndex((line) => line.startsWith(start)),
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(lines.filter((line) => /group delete|table delete/.test(line))).toEqual([]);
    expect(said.at(-1)).toBe('the ledger stays in mldata; docs/deploy.md says how it is deleted');
  });

  it('the tables go where somebody says so, and nothing else of a workspace of their own', async () => {
    const env = { ...provisioned, RATCHET_DELETE_LEDGER: 'true' };
    const { lines } = await take('before-down', env, {
      ...stack,
      'az storage table list': 'RatchetRuns\nRatchetDecisions',
    });
    expect(lines.filter((line) => line.startsWith('az storage table delete'))).toEqual([
      'az storage table delete --account-name mldata --auth-mode login --name RatchetRuns',
      'az storage table delete --account-name mldata --auth-mode login --name RatchetDecisions',
    ]);
    expect(lines.filter((line) => /group delete|deployment sub create/.test(line))).toEqual([]);
  });

  it('a sample workspace goes with its group', async () => {
    const env = { ...provisioned, RATCHET_DELETE_LEDGER: 'true', RATCHET_SAMPLE_WORKSPACE: 'true' };
    const { lines } = await take('before-down', env, stack);
    expect(lines).toContain('az group delete --subscription ml-sub --name rg-data --yes');
  });

  it('nothing is done where nothing was made', async () => {
    const { lines, said } = await take('before-down', azd);
    expect(lines).toEqual([]);
    expect(said).toEqual(['nothing lies beside a workspace yet']);
    const { lines: without } = await take('before-down', provisioned, ledgerOutputs);
    expect(without.filter((line) => line.startsWith('az stack sub delete'))).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('a command of a step', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-az-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const withAz = (script: string) => {
    writeFileSync(join(folder, 'az'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return runWith({ PATH: `${folder}:${process.env['PATH']}`, RATCHET_X: 'kept' })('az', [
      'one',
      'two words',
    ]);
  };

  it('is run with the environment of azd, and what it prints is read', async () => {
    expect(await withAz('echo "$RATCHET_X:$#:$2"')).toBe('kept:2:two words');
  });

  it('that fails ends the step', async () => {
    await expect(withAz('exit 3')).rejects.toThrow('az one two words failed with 3: see above');
  });

  it('that is not there says what to do', async () => {
    const nowhere = runWith({ PATH: join(folder, 'nothing') })('azd', []);
    await expect(nowhere).rejects.toThrow('azd is not there: install it, and sign in: docs/deploy.md');
  });
});
