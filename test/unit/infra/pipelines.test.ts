import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { digestOfModel } from '../../../shared/azure/model-digest.ts';
import { parametersOf, sentParameters } from '../../../shared/domain/pipeline.ts';
import { orderOf } from '../../contract/pipelines/orders.ts';

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly default?: unknown;
}

const azure = globSync('infra/azure-pipelines/*.yml').sort();
const github = globSync('infra/github/*.yml').sort();
const yamlOf = (file: string): unknown => parse(readFileSync(file, 'utf8'));

function parametersIn(file: string): Parameter[] {
  const yaml = yamlOf(file) as {
    parameters?: Parameter[];
    on?: { workflow_dispatch: { inputs: Record<string, { type: string; default?: unknown }> } };
  };
  if (yaml.parameters) return yaml.parameters;
  return Object.entries(yaml.on!.workflow_dispatch.inputs).map(([name, input]) => ({ name, ...input }));
}

/** Every text of a YAML value, with the keys that lead to it. */
function textsOf(value: unknown, keys: readonly string[] = []): [keys: readonly string[], text: string][] {
  if (typeof value === 'string') return [[keys, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, [...keys, key]));
}

describe('a ready pipeline', () => {
  it('is there for a container and for an endpoint, on either service', () => {
    const names = ['deploy-container.yml', 'deploy-endpoint.yml'];
    expect(azure).toEqual(names.map((name) => `infra/azure-pipelines/${name}`));
    expect(github).toEqual(names.map((name) => `infra/github/${name}`));
  });

  it.each([...azure, ...github])('%s takes exactly what a release sends, each as text', (file) => {
    const parameters = parametersIn(file);
    expect(parameters.map(({ name }) => name)).toEqual([...sentParameters]);
    for (const { type } of parameters) expect(type).toBe('string');
    const sentAlways = Object.keys(parametersOf(orderOf('x', { previousVersion: null, digest: null })));
    const needed = parameters.filter((parameter) => parameter.default === undefined);
    expect(needed.map(({ name }) => name)).toEqual(sentAlways);
  });

  it.each([...azure, ...github])('%s hands what is sent to scripts in their environment alone', (file) => {
    const bearers = textsOf(yamlOf(file)).filter(([, text]) => /\b(?:parameters|inputs)\./.test(text));
    expect(bearers.length).toBeGreaterThan(5);
    for (const [keys, text] of bearers) {
      expect(keys.at(-2) === 'env' || keys.at(-1) === 'run-name', `${keys.join('.')}: ${text}`).toBe(true);
      // The whole value, so that nothing around it could be meant otherwise.
      expect(text).toMatch(/^\$\{\{ (?:parameters|inputs)\.[A-Za-z]+ \}\}$/);
    }
    for (const [keys, text] of textsOf(yamlOf(file))) {
      if (['run', 'script', 'inlineScript', 'scriptPath'].includes(keys.at(-1)!))
        expect(existsSync(text), `${text} is a file of ours, not a text that is run`).toBe(true);
    }
  });
});

describe('a script of the pipelines', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'ratchet-infra-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const sound = {
    RATCHET_RELEASE: 'spam-filter-20260310-1-staging',
    MODEL_NAME: 'spam-filter',
    MODEL_VERSION: '4',
    PREVIOUS_VERSION: '3',
    RESOURCE_GROUP: 'group',
    WORKSPACE: 'space',
    READY_PAUSE_S: '0',
    READY_TRIES: '2',
  };

  /** Runs it with a stand-in for the Azure CLI, which writes down how it is called. */
  function run(
    script: string,
    env: Record<string, string>,
    az = '',
  ): Promise<{ code: number; said: string; calls: string[][] }> {
    const bin = join(home, 'bin');
    mkdirSync(bin, { recursive: true });
    const log = join(home, 'calls');
    writeFileSync(
      join(bin, 'az'),
      `#!/usr/bin/env bash\nprintf '%s\\0' "$@" >> '${log}'; printf '\\n' >> '${log}'\n${az}\n`,
    );
    chmodSync(join(bin, 'az'), 0o755);
    const all = {
      PATH: `${bin}:${dirname(process.execPath)}:${process.env['PATH']}`,
      STAGING: join(home, 'staging'),
      ...sound,
      ...env,
    };
    return new Promise((resolve) => {
      execFile('bash', [`infra/scripts/${script}`], { env: all }, (error, out, err) => {
        const calls = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
        const code = typeof error?.code === 'number' ? error.code : 0;
        resolve({
          code,
          said: `${out}${err}`,
          calls: calls.map((call) => call.split('\0').filter((part) => part !== '')),
        });
      });
    });
  }

  const hostile = [
    '$(touch PWNED)',
    '`touch PWNED`',
    '4; touch PWNED',
    '4\ntouch PWNED',
    '--query',
    '../..',
    '##vso[task.setvariable variable=x]y',
  ];
  const scripts = ['download-model.sh', 'deploy-container.sh', 'deploy-endpoint.sh'];
  const fields = ['MODEL_NAME', 'MODEL_VERSION', 'MODEL_DIGEST', 'PREVIOUS_VERSION', 'RATCHET_RELEASE'];
  it.each(scripts)('%s calls nobody with what no release sends, and does not print it', async (script) => {
    const tries = fields.flatMap((field) => hostile.map((value) => ({ [field]: value })));
    for (const env of [...tries, { MODEL_NAME: '' }, { MODEL_VERSION: '' }]) {
      const { code, said, calls } = await run(script, env as Record<string, string>);
      expect([env, code, calls]).toEqual([env, 2, []]);
      expect(said).toMatch(/^\w+: not of the form that a release sends; /);
    }
    expect(existsSync('PWNED')).toBe(false);
  });

  const download = `if [ "$3" = download ]; then mkdir -p "\${9}/spam-filter/model/in"; printf weights > "\${9}/spam-filter/model/weights.bin"; printf é > "\${9}/spam-filter/model/in/ü.txt"; fi`;

  it('downloads the version, and stages it where its files are those that were approved', async () => {
    const files = { 'in/ü.txt': Buffer.from('é'), 'weights.bin': Buffer.from('weights') };
    const digest = await digestOfModel(
      blobsOf(files),
      '/w',
      'azureml://datastores/workspaceblobstore/paths/root',
    );
    const { code, said, calls } = await run('download-model.sh', { MODEL_DIGEST: digest }, download);
    expect([code, said]).toEqual([0, `Staged 2 files, of digest ${digest}.\n`]);
    expect(calls[1]).toEqual([
      ...[
        'ml',
        'model',
        'download',
        '--name',
        'spam-filter',
        '--version',
        '4',
        '--download-path',
        join(home, 'staging/download'),
      ],
      ...['--resource-group', 'group', '--workspace-name', 'space'],
    ]);
    expect(readFileSync(join(home, 'staging/model/weights.bin'), 'utf8')).toBe('weights');
    expect(JSON.parse(readFileSync(join(home, 'staging/release.json'), 'utf8'))).toEqual({
      ...{ ratchetRelease: sound.RATCHET_RELEASE, model: 'spam-filter', version: '4', digest },
    });
  });

  it('stages nothing where the files are others', async () => {
    const { code, said } = await run('download-model.sh', { MODEL_DIGEST: 'a'.repeat(64) }, download);
    expect(code).toBe(1);
    expect(said).toContain(`with the digest ${'a'.repeat(64)}; found `);
    expect(existsSync(join(home, 'staging/model'))).toBe(false);
  });

  it('stages nothing where nothing was downloaded', async () => {
    expect(await run('download-model.sh', {})).toMatchObject({
      code: 1,
      said: expect.stringContaining('there are no files'),
    });
  });

  it('stages what was downloaded where no digest is known', async () => {
    expect(await run('download-model.sh', {}, download)).toMatchObject({
      code: 0,
      said: 'Staged 2 files.\n',
    });
  });

  const container = { REGISTRY: 'registry', BASE_IMAGE: 'base:1', CONTAINER_APP: 'app' };
  it('has the container run the image, once its revision is ready', async () => {
    mkdirSync(join(home, 'staging'));
    const { code, calls, said } = await run(
      'deploy-container.sh',
      container,
      'if [ "$2" = show ]; then echo app--2; fi',
    );
    expect([code, said]).toEqual([0, 'Version 4 of spam-filter runs as app--2.\n']);
    expect(calls[0]).toEqual([
      ...[
        'acr',
        'build',
        '--registry',
        'registry',
        '--image',
        'spam-filter:4',
        '--build-arg',
        'BASE_IMAGE=base:1',
      ],
      join(home, 'staging'),
    ]);
    expect(calls[1]).toContain('registry.azurecr.io/spam-filter:4');
  });

  it('fails where the revision does not become ready', async () => {
    mkdirSync(join(home, 'staging'));
    const az = 'if [ "$2" = show ]; then case "$*" in *Ready*) echo app--1;; *) echo app--2;; esac; fi';
    const { code, said } = await run('deploy-container.sh', container, az);
    expect([code, said]).toEqual([1, expect.stringContaining('Revision app--2 of app is not ready')]);
  });

  const endpoint = { ENDPOINT: 'front', DEPLOYMENT_FILE: 'd.yml', REQUEST_FILE: 'r.json' };
  const traffic = 'case "$*" in *traffic.*) echo 100;; esac';
  it('deploys beside what serves, asks, and gives it every request', async () => {
    const { code, calls } = await run('deploy-endpoint.sh', endpoint, traffic);
    expect(code).toBe(0);
    expect(calls.map(([, noun, verb]) => `${noun} ${verb}`)).toEqual([
      ...['add --name', 'online-deployment show', 'online-deployment create', 'online-endpoint invoke'],
      ...['online-endpoint update', 'online-endpoint show'],
    ]);
    expect(calls[4]).toContain('version-4=100');
  });

  it('does not deploy again what is deployed, and gives no requests to what does not answer', async () => {
    const there = `case "$*" in *provisioning_state*) echo Succeeded;; esac; ${traffic}`;
    const again = await run('deploy-endpoint.sh', endpoint, there);
    expect(again.calls.map(([, , verb]) => verb)).not.toContain('create');
    rmSync(join(home, 'calls'));
    const mute = await run('deploy-endpoint.sh', endpoint, 'case "$3" in invoke) exit 1;; esac');
    expect(mute.code).not.toBe(0);
    expect(mute.calls.at(-1)?.[2]).toBe('invoke');
  });
});

/** Files below `root` of the default datastore. */
function blobsOf(files: Readonly<Record<string, Buffer>>): Parameters<typeof digestOfModel>[0] {
  const entries = Object.entries(files).map(([path, content]) => ({
    path: `root/${path}`,
    bytes: content.length,
    etag: path,
  }));
  return {
    list: async () => entries.map((entry) => ({ ...entry, modifiedAt: '' })) as never,
    open: async (path) =>
      ({
        read: async (start: number, end: number) => files[path.slice('root/'.length)]!.subarray(start, end),
      }) as never,
  };
}
