import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelDeployed, modelRegistered, runEvents } from '../../../local/azure-ml/events.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { PinnedModel } from '../../../shared/config/schema.ts';
import { type Deployment, isLater } from '../../../shared/domain/deployment.ts';
import type { Fact } from '../../../shared/signals/fact.ts';
import {
  factsOfEndpoint,
  factsOfFile,
  factsOfRun,
  factsOfVersion,
} from '../../../shared/signals/lost-facts.ts';
import { parseStorageEvent } from '../../../shared/signals/parse-storage-event.ts';
import { parseWorkspaceEvent } from '../../../shared/signals/parse-workspace-event.ts';
import { readEvent } from '../../../shared/signals/read-event.ts';
import { breachText } from '../../fixtures/breach-text.ts';

const text = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
const parsed = parseModelFile('spam-filter.yaml', text);
if (!('model' in parsed)) throw new Error(JSON.stringify(parsed.problems));
const pinned: PinnedModel = parsed.model;
const models = new Map([['spam-filter', pinned]]);
const nowMs = Date.UTC(2026, 0, 1);

/** What is done once however often it is told: ids of signals, recoveries, measurements, and runs to be looked at. */
const idsOf = (facts: readonly Fact[]): string[] =>
  facts
    .flatMap((fact): string[] => {
      if (fact.type === 'signal') return [fact.signal.id];
      if (fact.type === 'monitor-completed') return [`monitor ${fact.run.runId}`];
      if (fact.type === 'run-completed') return [`run ${fact.measurement.rule} ${fact.measurement.runId}`];
      return [];
    })
    .sort();

const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/);

describe('a fact found by looking', () => {
  it('of a run is the one that its events would have told', () => {
    const experiment = fc.constantFrom('spam-filter', 'spam-filter_watch', 'production-scores', 'other');
    const tags = fc.constantFrom<Record<string, string>>(
      {},
      { azureml_modelmonitor_threshold_breached: breachText('spam-filter_watch_data_drift') },
      { azureml_modelmonitor_threshold_breached: breachText('somebody_else') },
      { ratchetRun: 'spam-filter-20260101-00000000' },
    );
    fc.assert(
      fc.property(name, experiment, tags, (job, of, runTags) => {
        const run = { job, seq: 1, experiment: of, tags: runTags, properties: {} };
        const told = runEvents(run, 'Completed', nowMs).flatMap((event) =>
          parseWorkspaceEvent(readEvent(event)!, models),
        );
        const found = factsOfRun(
          { runId: job, experiment: of, status: 'Completed', isStep: false, tags: runTags, endedAt: null },
          models,
        );
        expect(idsOf(found)).toEqual([...new Set(idsOf(told))]);
        expect(found.some(({ type }) => type === 'job-ended')).toBe(false);
      }),
    );
  });

  it('of a version is the one that its event would have told', () => {
    const tags = fc.constantFrom<Record<string, string>>(
      {},
      { stage: 'prod' },
      { ratchetRun: 'spam-filter-1' },
    );
    fc.assert(
      fc.property(
        fc.constantFrom('spam-filter', 'other'),
        fc.integer({ min: 1, max: 999 }),
        tags,
        (of, number, own) => {
          const version = { name: of, version: String(number), tags: own };
          const told = modelRegistered({ ...version, seq: 1, properties: {} }, nowMs);
          const facts = factsOfVersion({ ...version, createdAt: null }, models);
          expect(idsOf(facts)).toEqual(idsOf(parseWorkspaceEvent(readEvent(told)!, models)));
        },
      ),
    );
  });

  it('of a file is the one that its event would have told, and no file that is no data is one', () => {
    const folder = pinned.config.data.path;
    const file = fc.constantFrom('a.csv', '2026/b.csv', '_SUCCESS', '.hidden', 'c.crc', '_delta_log/1.json');
    fc.assert(
      fc.property(
        fc.constantFrom(folder, 'elsewhere/'),
        file,
        fc.nat(9),
        name,
        (where, rest, bytes, etag) => {
          const path = `${where}${rest}`;
          const event = {
            id: 'e',
            eventType: 'Microsoft.Storage.BlobCreated',
            subject: `/blobServices/default/containers/c/blobs/${path}`,
            eventTime: new Date(nowMs).toISOString(),
            data: { api: 'PutBlob', eTag: etag, contentLength: bytes },
          };
          const told = bytes === 0 ? [] : parseStorageEvent(readEvent(event)!, 'c', models);
          expect(idsOf(factsOfFile({ path, etag, bytes }, null, pinned))).toEqual(idsOf(told));
        },
      ),
    );
  });

  it('says who says so', () => {
    const [fact] = factsOfVersion({ name: 'spam-filter', version: '7', tags: {}, createdAt: null }, models);
    expect(fact).toMatchObject({ type: 'signal', signal: { source: 'reconcile', observedAt: null } });
  });

  it('of an endpoint is the one that its event would have told, and none once that has told it', () => {
    const versions = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(name, versions, (endpoint, numbers) => {
        const deployments = numbers.map((number) => ({
          model: idOf('spam-filter', number),
          deployedAt: day(1),
        }));
        const event = modelDeployed(
          {
            ...{ endpoint, operation: 'o', tags: {}, properties: {} },
            models: numbers.map((number) => `spam-filter:${number}`),
          },
          nowMs + 86_400_000,
        );
        const told = deploymentsOf(parseWorkspaceEvent(readEvent(event)!, models))[0]!;
        const found = deploymentsOf(factsOfEndpoint({ endpoint, deployments }, null, models, always));
        expect(found).toMatchObject([{ endpoint: told.endpoint, models: told.models }]);
        expect(factsOfEndpoint({ endpoint, deployments }, told, models, always)).toEqual([]);
        expect(factsOfEndpoint({ endpoint, deployments }, found[0]!, models, always)).toEqual([]);
      }),
    );
  });
});

const always = () => true;
const day = (number: number) => new Date(nowMs + number * 86_400_000).toISOString();
const idOf = (of: string, version: number | string) =>
  `/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/models/${of}/versions/${version}`;
const deploymentsOf = (facts: readonly Fact[]) =>
  facts.flatMap((fact) => (fact.type === 'deployed' ? [fact.deployment] : []));

describe('an endpoint', () => {
  const blue = { model: idOf('spam-filter', 1), deployedAt: day(1) };
  const green = { model: idOf('spam-filter', 2), deployedAt: day(2) };
  const stranger = { model: idOf('somebody-elses', 9), deployedAt: day(3) };
  const known = (since: string, ...versions: string[]) => ({
    ...{ endpoint: 'front', since, eventId: 'e' },
    models: versions.map((version) => ({ name: 'spam-filter', version })),
  });
  const find = (
    deployments: readonly { model: string; deployedAt: string | null }[],
    told: Deployment | null,
    isRecent: (at: string | null) => boolean = (at) => at !== null,
  ) => deploymentsOf(factsOfEndpoint({ endpoint: 'front', deployments }, told, models, isRecent));

  it('is told of with all that it serves, as of the latest that nobody told', () => {
    expect(find([stranger, green, blue], known(day(1), '1'))).toEqual([
      {
        endpoint: 'front',
        models: [
          { name: 'somebody-elses', version: '9' },
          { name: 'spam-filter', version: '2' },
          { name: 'spam-filter', version: '1' },
        ],
        since: day(2),
        eventId: 'reconcile:front',
      },
    ]);
  });

  it('is later than what was told of it, even where that was told after the deployment began', () => {
    const told = known(day(4), '1');
    const [found] = find([green, blue], told);
    expect(isLater(found!, told)).toBe(true);
    expect(isLater({ ...told, since: day(5), eventId: 'a' }, found!)).toBe(true);
  });

  it.each([
    ['without a model of ours', [stranger], null],
    ['of which all was told, and more', [blue], known(day(1), '1', '2')],
    ['deployed to before anybody looked', [{ ...blue, deployedAt: day(-9) }], null],
    ['that does not say when', [{ ...blue, deployedAt: null }], null],
    ['of a model in a form that nobody knows', [{ ...blue, model: 'https://x/y' }], null],
    ['without deployments', [], known(day(1), '1')],
  ] as const)('%s is nothing new', (_what, deployments, told) => {
    expect(find(deployments, told, (at) => at !== null && at >= day(0))).toEqual([]);
  });

  it('that serves the same number from a registry and from the workspace is two versions', () => {
    const shared = { model: 'azureml://registries/shared/models/spam-filter/versions/1', deployedAt: day(2) };
    expect(find([shared], known(day(1), '1'))).toMatchObject([
      { models: [{ name: 'spam-filter', version: '1', registry: 'shared' }] },
    ]);
  });
});
