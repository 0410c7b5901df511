import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelRegistered, runEvents } from '../../../local/azure-ml/events.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { PinnedModel } from '../../../shared/config/schema.ts';
import type { Fact } from '../../../shared/signals/fact.ts';
import { factsOfFile, factsOfRun, factsOfVersion } from '../../../shared/signals/lost-facts.ts';
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
});
