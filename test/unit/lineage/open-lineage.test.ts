import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runOutcomes } from '../../../shared/domain/run.ts';
import { assembleLineage } from '../../../shared/lineage/assemble-lineage.ts';
import { toOpenLineage } from '../../../shared/lineage/open-lineage.ts';
import type { LineageFacts } from '../../../shared/lineage/read-lineage.ts';
import { uuidOf } from '../../../shared/lineage/uuid.ts';
import { byHand, ended, facts, releaseRow, runId, subject } from './facts.ts';

/**
 * What https://openlineage.io/spec/2-0-2/OpenLineage.json requires of events, and the schemas of the facets of theirs, as
 * rules of our own: strict, so that a field which the specification does not have is found.
 */
const uri = z.string().regex(/^[a-z][a-z0-9+.-]*:\S+$/i);
const base = { _producer: uri, _schemaURL: uri };
const schemaOf = (name: string, version: string) =>
  z.literal(`https://openlineage.io/spec/facets/${version}/${name}.json#/$defs/${name}`);
const job = { namespace: z.string().min(1), name: z.string().min(1) };
const runRef = z.strictObject({ runId: z.uuid() });
const dataset = z.strictObject({
  ...job,
  facets: z.strictObject({
    version: z
      .strictObject({
        ...base,
        _schemaURL: schemaOf('DatasetVersionDatasetFacet', '1-0-1'),
        datasetVersion: z.string(),
      })
      .optional(),
  }),
});
const common = { eventTime: z.iso.datetime(), producer: uri };
const schemaUrl = (kind: string) =>
  z.literal(`https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/${kind}`);
const RunEvent = z.strictObject({
  ...common,
  schemaURL: schemaUrl('RunEvent'),
  eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']),
  run: runRef.extend({
    facets: z.strictObject({
      tags: z.strictObject({
        ...base,
        _schemaURL: schemaOf('TagsRunFacet', '1-0-0'),
        tags: z.array(z.strictObject({ key: z.string(), value: z.string(), source: z.string() })),
      }),
      parent: z
        .strictObject({
          ...base,
          _schemaURL: schemaOf('ParentRunFacet', '1-1-0'),
          run: runRef,
          job: z.strictObject(job),
        })
        .optional(),
    }),
  }),
  job: z.strictObject({
    ...job,
    facets: z.strictObject({
      jobType: z.strictObject({
        ...base,
        _schemaURL: schemaOf('JobTypeJobFacet', '2-0-3'),
        ...{ processingType: z.literal('BATCH'), integration: z.string(), jobType: z.string() },
      }),
    }),
  }),
  inputs: z.array(dataset),
  outputs: z.array(dataset),
});
const DatasetEvent = z.strictObject({ ...common, schemaURL: schemaUrl('DatasetEvent'), dataset });

const eventsOf = (found: LineageFacts) => {
  const events = toOpenLineage(assembleLineage(subject, found)!);
  for (const event of events) z.union([RunEvent, DatasetEvent]).parse(event);
  return events;
};
const typesOf = (id: string, found: LineageFacts) =>
  eventsOf(found).flatMap((each) => (each.run?.runId === uuidOf(id) ? [each.eventType] : []));

describe('OpenLineage events', () => {
  it('are valid, in the order of time, and tell data, champion, version and endpoint of a released version', () => {
    const events = eventsOf(facts());
    expect(events.map(({ eventType, job: of }) => [of!.name, eventType])).toEqual([
      ['spam-filter.retrain', 'START'],
      ['spam-filter.retrain', 'COMPLETE'],
      ['spam-filter.release', 'START'],
      ['spam-filter.release', 'COMPLETE'],
    ]);
    const names = (which: 'inputs' | 'outputs', at: number) => events[at]![which]!.map(({ name }) => name);
    expect(names('inputs', 1)).toEqual(['data/spam-filter', 'models/spam-filter']);
    expect(names('outputs', 1)).toEqual(['models/spam-filter']);
    expect(names('outputs', 3)).toEqual(['onlineEndpoints/front']);
    expect(events[1]!.outputs![0]!.facets).toMatchObject({ version: { datasetVersion: '7' } });
    expect(events[2]!.run!.facets).toMatchObject({ parent: { run: { runId: uuidOf(runId) } } });
  });

  it('are the same whenever they are asked for, and their ids are those of version 5', () => {
    expect(eventsOf(facts())).toEqual(eventsOf(facts()));
    expect(uuidOf(runId)).toBe('8a755a73-e974-5e8a-976c-247a652c96dc');
  });

  it.each(runOutcomes)('end a run that is over as %s with exactly one end', (outcome) => {
    const types = typesOf(runId, facts({ tagged: { ...ended, outcome } }));
    expect(types).toHaveLength(2);
    expect(types[0]).toBe('START');
    expect(['COMPLETE', 'FAIL', 'ABORT']).toContain(types[1]);
  });

  it('give no end to what goes on', () => {
    const tagged = { ...ended, outcome: null, endedAt: null };
    const releases = [releaseRow({ state: 'canary', endedAt: null })];
    const found = facts({ tagged, releases });
    expect(typesOf(runId, found)).toEqual(['START']);
    expect(typesOf(`${runId}-release`, found)).toEqual(['START']);
  });

  it('of a rolled back release name no endpoint that it serves', () => {
    const rolledBack = eventsOf(facts({ releases: [releaseRow({ state: 'rolled-back' })] })).at(-1)!;
    expect([rolledBack.eventType, rolledBack.outputs]).toEqual(['FAIL', []]);
  });

  it('of a version that no run made are one of the version alone', () => {
    const [event, ...more] = eventsOf(byHand());
    expect(more).toEqual([]);
    expect(event).toMatchObject({ dataset: { name: 'models/spam-filter' } });
    expect(event).not.toHaveProperty('run');
  });
});
