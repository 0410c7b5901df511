import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listPartitions } from '../../../shared/azure/build-manifest.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { PinnedModel } from '../../../shared/config/schema.ts';
import { parseStorageEvent } from '../../../shared/signals/parse-storage-event.ts';
import { parseWorkspaceEvent } from '../../../shared/signals/parse-workspace-event.ts';
import { readEvent } from '../../../shared/signals/read-event.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');

function modelNamed(name: string, edit = (text: string) => text): PinnedModel {
  const parsed = parseModelFile('m.yaml', edit(sample.replace('model: spam-filter', `model: ${name}`)));
  if (!('model' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return parsed.model;
}

const payload = (file: string): unknown => {
  const value: unknown = JSON.parse(readFileSync(`test/fixtures/payloads/${file}.json`, 'utf8'));
  return Array.isArray(value) ? value[0] : value;
};

const event = (file: string) => readEvent(payload(file))!;

/** A copy of a payload with parts of its text replaced. */
function edited(file: string, ...pairs: readonly [string, string][]) {
  const text = pairs.reduce((all, [from, to]) => all.replaceAll(from, to), JSON.stringify(payload(file)));
  return readEvent(JSON.parse(text))!;
}

describe('parseWorkspaceEvent', () => {
  it.each(['eventgrid', 'cloudevents'])('reads RunCompleted in schema %s as the end of a job', (schema) => {
    const completed = event(`aml-run-completed.${schema}`);
    const runId = completed.data['runId'];
    expect(parseWorkspaceEvent(completed, new Map())).toEqual([{ type: 'job-ended', jobName: runId }]);
  });

  it('ignores a status that is not an end', () => {
    const [fact] = parseWorkspaceEvent(
      event('aml-run-status-changed.pipeline-notstarted.eventgrid'),
      new Map(),
    );
    expect(fact).toMatchObject({ type: 'ignored' });
  });

  it.each(['eventgrid', 'cloudevents', 'pascal.eventgrid'])('reads a monitor breach in form %s', (form) => {
    const breach = event(`aml-run-status-changed.monitor-breach.${form}`);
    const text = JSON.stringify(breach.data);
    const monitorSignal = /The signal '([^']+)'/.exec(text)![1]!;
    const name = monitorSignal.split('_')[0]!;
    const facts = parseWorkspaceEvent(breach, new Map([[name, modelNamed(name)]]));
    expect(facts).toHaveLength(1);
    expect(facts[0]).toMatchObject({ type: 'signal', signal: { kind: 'drift', model: name } });
  });

  it('gives a breach the same id at every status of the same run', () => {
    const file = 'aml-run-status-changed.monitor-breach.eventgrid';
    const name = /The signal '([^'_]+)/.exec(JSON.stringify(payload(file)))![1]!;
    const models = new Map([[name, modelNamed(name)]]);
    const id = (one: ReturnType<typeof event>) => {
      const [fact] = parseWorkspaceEvent(one, models);
      return fact?.type === 'signal' ? fact.signal.id : undefined;
    };
    const status = String(event(file).data['runStatus']);
    expect(id(event(file))).toMatch(new RegExp(`^drift:${name}:`));
    expect(id(edited(file, [`"${status}"`, '"Finalizing"'], [event(file).id, 'another-event']))).toBe(
      id(event(file)),
    );
  });

  it.each(['eventgrid', 'cloudevents'])(
    'reads a registration by hand in schema %s, and knows our own',
    (schema) => {
      const registered = event(`aml-model-registered.${schema}`);
      const name = String(registered.data['ModelName']);
      const models = new Map([
        [name, { ...modelNamed('stand-in'), config: { ...modelNamed('stand-in').config, model: name } }],
      ]);
      const version = String(registered.data['ModelVersion']);
      expect(parseWorkspaceEvent(registered, models)).toMatchObject([
        {
          type: 'signal',
          signal: { id: `registry:${name}:${version}`, kind: 'registry', evidence: { version } },
        },
      ]);
      for (const key of ['ratchetRun', 'RatchetRun', 'ratchetrun']) {
        const own = { ...registered, data: { ...registered.data, ModelTags: { [key]: 'r' } } };
        expect(parseWorkspaceEvent(own, models)).toMatchObject([{ type: 'ignored' }]);
      }
    },
  );

  it.each(['eventgrid', 'cloudevents'])(
    'never takes a version of our own for one registered by hand, in schema %s and any casing',
    (schema) => {
      const registered = event(`aml-model-registered.${schema}`);
      const models = new Map([['spam-filter', modelNamed('spam-filter')]]);
      const inSomeCase = (name: string) =>
        fc
          .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
          .map((upper) => [...name].map((c, i) => (upper[i] ? c.toUpperCase() : c.toLowerCase())).join(''));
      const tags = fc.tuple(inSomeCase('ratchetRun'), fc.dictionary(fc.string(), fc.string()));
      const casing = fc.tuple(inSomeCase('ModelName'), inSomeCase('ModelVersion'), inSomeCase('ModelTags'));
      fc.assert(
        fc.property(tags, casing, ([runKey, others], [name, version, tagsKey]) => {
          const data = {
            ...{ [name]: 'spam-filter', [version]: '20260301-1f2e3d4c' },
            [tagsKey]: { ...others, [runKey]: 'spam-filter-20260301-1f2e3d4c' },
          };
          expect(parseWorkspaceEvent({ ...registered, data }, models)).toMatchObject([
            { type: 'ignored', why: "spam-filter:20260301-1f2e3d4c is Ratchet's own registration" },
          ]);
        }),
      );
    },
  );

  it.each(['Canceled', 'Cancelled', 'canceled', 'CANCELLED', 'failed'])(
    'takes %s for the end of a job',
    (runStatus) => {
      const changed = event('aml-run-status-changed.eventgrid');
      const data = { ...changed.data, runId: 'job-1', runStatus };
      expect(parseWorkspaceEvent({ ...changed, data }, new Map())).toEqual([
        { type: 'job-ended', jobName: 'job-1' },
      ]);
    },
  );

  it('reads tags that come as the text of an object', () => {
    const registered = event('aml-model-registered.eventgrid');
    const models = new Map([['spam-filter', modelNamed('spam-filter')]]);
    const ModelTags = JSON.stringify({ RatchetRun: 'spam-filter-20260301-1f2e3d4c' });
    const data = { ModelName: 'spam-filter', ModelVersion: 3, ModelTags };
    expect(parseWorkspaceEvent({ ...registered, data }, models)).toMatchObject([
      { type: 'ignored', why: "spam-filter:3 is Ratchet's own registration" },
    ]);
  });

  it('leaves a version of our own whose event has no tags to the registry', () => {
    const registered = event('aml-model-registered.eventgrid');
    const models = new Map([['spam-filter', modelNamed('spam-filter')]]);
    for (const ModelTags of [undefined, null, {}, [], 'ratchetRun']) {
      const data = { ModelName: 'spam-filter', ModelVersion: '20260301-1f2e3d4c', ModelTags };
      expect(parseWorkspaceEvent({ ...registered, data }, models)).toMatchObject([
        { type: 'signal', signal: { id: 'registry:spam-filter:20260301-1f2e3d4c', kind: 'registry' } },
      ]);
    }
  });

  it('never throws, whatever the payload', () => {
    const models = new Map([['spam-filter', modelNamed('spam-filter')]]);
    const type = fc.constantFrom('RunStatusChanged', 'RunCompleted', 'ModelRegistered', 'Other');
    const data = fc.oneof(
      fc.anything(),
      fc.record(
        {
          runId: fc.anything(),
          runTags: fc.anything(),
          runStatus: fc.anything(),
          ModelName: fc.anything(),
          ModelVersion: fc.anything(),
          ModelTags: fc.anything(),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(type, data, fc.anything(), (kind, payloadData, raw) => {
        readEvent(raw);
        const read = readEvent({
          id: 'x',
          eventType: `Microsoft.MachineLearningServices.${kind}`,
          data: payloadData,
        });
        expect(parseWorkspaceEvent(read!, models).length).toBeGreaterThan(0);
        parseStorageEvent(read!, 'azureml', models);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseStorageEvent', () => {
  const listening = modelNamed('spam-filter', (text) =>
    text.replace('  drift: true', '  drift: true\n  data: true'),
  );
  const models = new Map([['spam-filter', listening]]);
  const inPath = '/blobServices/default/containers/azureml/blobs/mail/spam-filter/2002-08-19.jsonl';
  const uploaded = (subject = inPath, data: object = {}) => {
    const blob = event('storage-blob-created.eventgrid');
    return { ...blob, subject, data: { ...blob.data, ...data } };
  };
  const read = (one: ReturnType<typeof event>, among = models, container = 'azureml') =>
    parseStorageEvent(one, container, among);
  const path = 'mail/spam-filter/2002-08-19.jsonl';
  const asked = { type: 'file-arrived', path, pinned: listening };

  it('makes a signal of a file in the data path of a model that listens', () => {
    expect(read(uploaded())).toMatchObject([
      {
        type: 'signal',
        signal: { kind: 'data', model: 'spam-filter', evidence: { path } },
        pinned: listening,
      },
    ]);
  });

  it('listens where the model file asks for an amount of data, and says how much has come', () => {
    const amount = modelNamed('spam-filter', (text) =>
      text.replace('  drift: true', '  drift: true\n  data: { minimumBytes: 1000 }'),
    );
    expect(read(uploaded(), new Map([['spam-filter', amount]]))).toMatchObject([
      { signal: { newData: { rows: null, bytes: 524288 } } },
    ]);
  });

  it('makes the same signal of an etag with quotes and without', () => {
    const etag = '0x8D4BCC2E4835CD0';
    const signals = [etag, `"${etag}"`].map((eTag) => read(uploaded(inPath, { eTag }))[0]);
    expect(signals[0]).toMatchObject({ signal: { id: `data:spam-filter:${path}:${etag}` } });
    expect(signals[1]).toEqual(signals[0]);
  });

  it.each(['FlushWithClose', 'SftpCommit', 'PutBlockList', 'CopyBlob'])(
    'takes a file for whole after %s',
    (api) => expect(read(uploaded(inPath, { api }))).toMatchObject([{ type: 'signal' }]),
  );

  it('reads an upload over SFTP as any other', () => {
    const sftp = { ...event('storage-blob-created.sftp.eventgrid'), subject: inPath };
    expect(read(sftp)).toEqual(
      read({ ...event('storage-blob-created.adls-flush.eventgrid'), subject: inPath }),
    );
  });

  it.each(['storage-blob-renamed.eventgrid', 'storage-blob-renamed.sftp.eventgrid'])(
    'has the storage asked about a file that got its name by a rename: %s',
    (file) => {
      const renamed = event(file);
      expect(read({ ...renamed, subject: inPath })).toEqual([{ ...asked, observedAt: renamed.time }]);
    },
  );

  it.each<[string, object]>([
    ['is empty by its event', { contentLength: 0 }],
    ['has a size that is no number', { contentLength: 'many' }],
    ['has no size', { contentLength: null }],
    ['has no etag', { eTag: '' }],
  ])('has the storage asked about a file that %s', (_what, data) => {
    expect(read(uploaded(inPath, data))).toMatchObject([asked]);
  });

  it.each([
    ['mail/spam-filter/2026', 'mail/spam-filter/2026/'],
    ['mail/spam-filter', 'mail/spam-filter/'],
    ['mail', 'mail/spam-filter/'],
    ['mail/', 'mail/spam-filter/'],
  ])('has the storage asked what is in a folder renamed to %s', (renamed, folder) => {
    const one = event('storage-directory-renamed.eventgrid');
    const subject = `/blobServices/default/containers/azureml/blobs/${renamed}`;
    expect(read({ ...one, subject })).toEqual([
      { type: 'folder-arrived', folder, pinned: listening, observedAt: one.time },
    ]);
  });

  it.each<[string, string, ReturnType<typeof event>]>([
    ['another folder', 'no data', uploaded(inPath.replace('mail/', 'males/'))],
    ['the folder itself', 'data.files: spam-filter', uploaded(inPath.replace('2002-08-19.jsonl', ''))],
    ['another container', 'container: other', uploaded(inPath.replace('azureml', 'other'))],
    ['an unfinished file', 'call: BlobCreated CreateFile', uploaded(inPath, { api: 'CreateFile' })],
    ['a file begun over SFTP', 'call: BlobCreated SftpCreate', uploaded(inPath, { api: 'SftpCreate' })],
    ['a call of no name', 'call: BlobCreated an unnamed call', uploaded(inPath, { api: null })],
    ['a subject of no file', 'subject', uploaded('/blobServices/default/containers/azureml')],
    [
      'a marker of a writer',
      'data.files: spam-filter',
      uploaded(inPath.replace('2002-08-19.jsonl', '_SUCCESS')),
    ],
    [
      'a folder elsewhere',
      'no data',
      {
        ...event('storage-directory-renamed.eventgrid'),
        subject: inPath.replace('mail/spam-filter', 'males'),
      },
    ],
    [
      'a deletion',
      'event type: Microsoft.Storage.BlobDeleted',
      { ...uploaded(), type: 'Microsoft.Storage.BlobDeleted' },
    ],
  ])('ignores %s and says so', (_what, kind, one) => {
    expect(read(one)).toEqual([{ type: 'ignored', kind, why: expect.stringMatching(/\w/) }]);
  });

  it('ignores a file of a model that does not listen', () => {
    expect(read(uploaded(), new Map([['m', modelNamed('m')]]))).toMatchObject([
      { type: 'ignored', kind: 'no data' },
    ]);
  });

  it('tells of exactly the files that a manifest would hold', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '_SUCCESS',
        '_delta_log',
        'a.csv',
        'a.csv.tmp',
        '.x.crc',
        'year=2026',
        'part-0',
        '_',
        '.',
      ),
      fc.string({ unit: fc.constantFrom('a', '_', '.', '~', ' '), minLength: 1, maxLength: 5 }),
    );
    const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(name, fc.constantFrom('mail/spam-filter/', 'mail/', ''), (file, folder) => {
        const blob = { path: `${folder}${file}`, etag: '0x1', bytes: 5 };
        const subject = `/blobServices/default/containers/azureml/blobs/${blob.path}`;
        const isTold = read(uploaded(subject)).some(({ type }) => type === 'signal');
        expect(isTold).toBe(listPartitions(listening.config.data, [blob]).length === 1);
      }),
      { numRuns: 1000 },
    );
  });
});
