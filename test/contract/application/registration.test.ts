import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AzureMachineLearningWorkspaces, type ModelVersion } from '@azure/arm-machinelearning';
import {
  createDefaultHttpClient,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline';
import { ManagedIdentityCredential } from '@azure/identity';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { Blobs } from '../../../shared/azure/blobs.ts';
import { keepFirstNumber } from '../../../shared/azure/first-number.ts';
import { ModelRegistry, type RegisteredVersion } from '../../../shared/azure/model-registry.ts';
import {
  all,
  codeUri,
  group,
  openWorkspace,
  type Workspace,
  workspaceName,
} from '../azure-ml/workspace-fixture.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
  const files = ['old-1', 'old-2', 'hand-0', 'hand-1', 'hand-2'];
  await workspace.upload(Object.fromEntries(files.map((file) => [file, 'weights'])));
});
afterAll(() => workspace.close());

/** What becomes of a request of the application, and of the process that sends it. */
const fates = [
  'answered',
  'killed before it is sent',
  'killed before it is answered',
  'lost on its way',
  'answered, and the answer is lost',
  'lost, and comes late all the same',
  'answered from a list that lags behind',
] as const;
type Fate = (typeof fates)[number];

interface Story {
  /** Versions there are when it begins. */
  readonly before: number;
  /** The application's attempts: the run each is of, and what becomes of its requests, the first ones first. */
  readonly attempts: readonly { readonly run: 'a' | 'b'; readonly fates: readonly Fate[] }[];
  /** Versions that people register meanwhile; some are deleted at once. */
  readonly people: readonly { readonly deletes: boolean }[];
}

const story: fc.Arbitrary<Story> = fc.record({
  before: fc.integer({ min: 0, max: 2 }),
  attempts: fc.array(
    fc.record({
      run: fc.constantFrom('a', 'b'),
      fates: fc.array(fc.constantFrom(...fates), { maxLength: 7 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  people: fc.array(fc.record({ deletes: fc.boolean() }), { maxLength: 3 }),
});

/** Runs `act` when the scheduler has its turn, and nothing else of the story meanwhile. */
function inTurn<T>(turns: fc.Scheduler, label: string, act: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    void turns.schedule(Promise.resolve(), label, undefined, async (proceed) => {
      await proceed();
      await act().then(resolve, reject);
    });
  });
}

/** The network between one process of the application and the workspace. */
class Wire implements HttpClient {
  readonly #http = createDefaultHttpClient();
  readonly #turns: fc.Scheduler;
  readonly #fates: Fate[];
  readonly #old: ReadonlyMap<string, PipelineResponse>;
  #kill: () => void = () => {};
  readonly killed: Promise<'killed'>;

  constructor(turns: fc.Scheduler, fates: Fate[], old: ReadonlyMap<string, PipelineResponse>) {
    this.#turns = turns;
    this.#fates = fates;
    this.#old = old;
    this.killed = new Promise((resolve) => {
      this.#kill = () => resolve('killed');
    });
  }

  async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    const what = `${request.method} ${new URL(request.url).pathname.split('/models/')[1]}`;
    const fate = this.#fates.shift() ?? 'answered';
    const send = () => this.#http.sendRequest(request);
    if (fate.startsWith('killed'))
      return this.#die(`${what}: ${fate}`, fate.endsWith('answered') ? send : null);
    return inTurn(this.#turns, `${what}: ${fate}`, async () => {
      switch (fate) {
        case 'answered, and the answer is lost':
          await send();
          throw lost(request);
        case 'lost, and comes late all the same':
          void inTurn(this.#turns, `${what}: comes late`, send);
          throw lost(request);
        case 'lost on its way':
          throw lost(request);
        case 'answered from a list that lags behind':
          return { ...(this.#old.get(keyOf(request)) ?? (await send())), request };
        default:
          return send();
      }
    });
  }

  /** Nothing comes back to a process that is gone. */
  async #die(label: string, last: (() => Promise<unknown>) | null): Promise<never> {
    await inTurn(this.#turns, label, async () => last?.());
    this.#kill();
    return new Promise(() => {});
  }
}

const lost = (request: PipelineRequest) =>
  new RestError('socket hang up', { code: RestError.REQUEST_SEND_ERROR, request });

/** Only what a service may keep an index for is ever behind: the list of versions, the container's next number. */
const keyOf = ({ method, url }: PipelineRequest) =>
  method === 'GET' ? (/\/models\/[^/]+(?:\/versions)?$/.exec(new URL(url).pathname)?.[0] ?? '') : '';

function clientOver(httpClient: HttpClient): AzureMachineLearningWorkspaces {
  return new AzureMachineLearningWorkspaces(new ManagedIdentityCredential(), localCloud.subscriptionId, {
    endpoint: workspace.endpoint,
    tlsOptions: { ca: workspace.tls.ca },
    retryOptions: { maxRetries: 0 },
    httpClient,
  });
}

/** What the lists said when the story began. */
async function readOld(model: string): Promise<ReadonlyMap<string, PipelineResponse>> {
  const old = new Map<string, PipelineResponse>();
  const http = createDefaultHttpClient();
  const keep: HttpClient = {
    async sendRequest(request) {
      const response = await http.sendRequest(request);
      old.set(keyOf(request), response);
      return response;
    },
  };
  const client = clientOver(keep);
  await client.modelContainers.get(group, workspaceName, model).catch(() => {});
  await all(client.modelVersions.list(group, workspaceName, model, { tags: 'ratchetRun=nobody' })).catch(
    () => {},
  );
  return old;
}

const place = { resourceGroup: group, name: workspaceName } as const;

/** One attempt of the activity: as often as it takes, each time as a new process. */
async function attempt(
  turns: fc.Scheduler,
  model: string,
  run: string,
  fatesLeft: Fate[],
  old: ReadonlyMap<string, PipelineResponse>,
): Promise<RegisteredVersion> {
  const blobs = new Blobs(workspace.container);
  for (;;) {
    const wire = new Wire(turns, fatesLeft, old);
    const registry = new ModelRegistry(clientOver(wire), {
      ...place,
      id: localCloud.workspaceId,
      subscriptionId: localCloud.subscriptionId,
    });
    const registration = {
      name: model,
      modelUri: `azureml://datastores/workspaceblobstore/paths/runs/${model}-${run}/model/`,
      jobName: `${model}-${run}-train`,
      tags: { ratchetRun: `${model}-${run}` },
    };
    const registered = registry.register(registration, (number) =>
      keepFirstNumber(blobs, `${model}-${run}`, number),
    );
    const ended = await Promise.race([registered.catch(() => 'failed' as const), wire.killed]);
    if (typeof ended !== 'string') return ended;
  }
}

/** A person, or the command line: the next number, and the one after where that is taken. */
async function registerByHand(turns: fc.Scheduler, model: string, files: string): Promise<string> {
  const { client } = workspace;
  for (;;) {
    const container = await inTurn(turns, `${files}: reads the next number`, () =>
      client.modelContainers.get(group, workspaceName, model).catch(() => null),
    );
    const version = container?.properties.nextVersion ?? '1';
    const properties = { modelUri: codeUri(files), tags: { by: files } };
    const made = await inTurn(turns, `${files}: registers ${version}`, () =>
      client.modelVersions
        .createOrUpdate(group, workspaceName, model, version, { properties })
        .catch(() => null),
    );
    if (made) return version;
  }
}

describe('the registration of a run', () => {
  it("gives each run one number, and takes nobody else's, whatever is repeated, lost, late or done at once", async () => {
    let stories = 0;
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), story, async (turns, { before, attempts, people }) => {
        const model = `m${++stories}`;
        const at = [group, workspaceName, model] as const;
        const byHand = new Map<string, string>();
        for (let number = 1; number <= before; number++) {
          const properties = { modelUri: codeUri(`old-${number}`), tags: { by: `old-${number}` } };
          await workspace.client.modelVersions.createOrUpdate(...at, String(number), { properties });
          byHand.set(String(number), `old-${number}`);
        }
        await workspace.upload({
          [`runs/${model}-a/model/weights`]: 'a',
          [`runs/${model}-b/model/weights`]: 'b',
        });
        const old = await readOld(model);
        const runs = attempts.map(({ run, fates: left }) => attempt(turns, model, run, [...left], old));
        const hands = people.map(async ({ deletes }, index) => {
          const version = await registerByHand(turns, model, `hand-${index}`);
          if (!deletes) return byHand.set(version, `hand-${index}`);
          return inTurn(turns, `deletes ${version}`, () =>
            workspace.client.modelVersions.delete(...at, version),
          );
        });
        await turns.waitFor(Promise.all([...runs, ...hands]));
        // What comes late comes now.
        await turns.waitIdle();

        const versions = await all(workspace.client.modelVersions.list(...at, { listViewType: 'All' }));
        const ours = versions.filter(({ properties }) => properties.tags?.['ratchetRun'] !== undefined);
        const registered = await Promise.all(runs);
        const numberOf = new Map(
          attempts.map(({ run }, index) => [`${model}-${run}`, registered[index]!.version]),
        );
        expect(registered.map(({ runId, version }) => [runId, version])).toEqual(
          attempts.map(({ run }) => [`${model}-${run}`, numberOf.get(`${model}-${run}`)]),
        );
        expect(
          Object.fromEntries(ours.map(({ name, properties }) => [properties.tags?.['ratchetRun'], name])),
        ).toEqual(Object.fromEntries(numberOf));
        expect(ours.length).toBe(numberOf.size);
        const theirs = versions.filter((version) => !ours.includes(version));
        expect(theirs.map(describeHand).sort()).toEqual(
          [...byHand].map(([version, by]) => `${version} ${by} ${codeUri(by)}`).sort(),
        );
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

describe('a registry of before versions were numbers', () => {
  /** As an earlier edition of the workspace kept it. */
  async function leave(model: string, version: string, tags: Record<string, string>): Promise<void> {
    const database = new DatabaseSync(join(workspace.home, 'azure-ml', 'azure-ml.sqlite'));
    const details = { isArchived: false, tags, properties: {} };
    const fixed = {
      modelType: 'custom_model',
      modelUri: `azureml://datastores/workspaceblobstore/paths/runs/${model}-${version}/model/`,
    };
    const properties = JSON.stringify({ fixed, details });
    database
      .prepare(
        'INSERT INTO containers (kind, name, properties, created_ms, modified_ms) VALUES (?, ?, ?, 1, 1)',
      )
      .run('models', model, JSON.stringify({ fixed: {}, details: { ...details, tags: {} } }));
    database
      .prepare(
        'INSERT INTO assets (kind, name, version, properties, created_ms, modified_ms) VALUES (?, ?, ?, ?, 1, 1)',
      )
      .run('models', model, version, properties);
    database.close();
  }
  const register = (model: string, run: string) => {
    const registry = new ModelRegistry(workspace.client, {
      ...place,
      id: localCloud.workspaceId,
      subscriptionId: localCloud.subscriptionId,
    });
    const modelUri = `azureml://datastores/workspaceblobstore/paths/runs/${run}/model/`;
    return registry.register({ name: model, modelUri, jobName: 'job', tags: { ratchetRun: run } }, (number) =>
      keepFirstNumber(new Blobs(workspace.container), run, number),
    );
  };

  it('keeps the version of a run that has one, and counts from 1 for those that come', async () => {
    await leave('old', '20020902-1f2e3d4c', { ratchetRun: 'old-20020902-1f2e3d4c' });
    const runs = ['old-20020909-aaaaaaaa', 'old-20020916-bbbbbbbb'];
    await workspace.upload(Object.fromEntries(runs.map((run) => [`runs/${run}/model/weights`, 'w'])));
    const known = await register('old', 'old-20020902-1f2e3d4c');
    expect(known).toMatchObject({ version: '20020902-1f2e3d4c', runId: 'old-20020902-1f2e3d4c' });
    expect(await register('old', 'old-20020909-aaaaaaaa')).toMatchObject({ version: '1' });
    expect(await register('old', 'old-20020916-bbbbbbbb')).toMatchObject({ version: '2' });
    expect(await register('old', 'old-20020909-aaaaaaaa')).toMatchObject({ version: '1' });
    const versions = await all(workspace.client.modelVersions.list(group, workspaceName, 'old'));
    expect(versions.map(({ name }) => name).sort()).toEqual(['1', '2', '20020902-1f2e3d4c']);
  });
});

const describeHand = ({ name, properties }: { name?: string; properties: ModelVersion['properties'] }) =>
  `${name} ${properties.tags?.['by']} ${properties.modelUri}`;
