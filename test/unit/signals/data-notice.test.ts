import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Blobs } from '../../../shared/azure/blobs.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import { offerFile } from '../../../shared/dispatch/offer-file.ts';
import { DataNoticeSchema } from '../../../shared/signals/parse-data-notice.ts';
import { parseStorageEvent } from '../../../shared/signals/parse-storage-event.ts';
import { readEvent } from '../../../shared/signals/read-event.ts';

const isTaken = (file: string) => DataNoticeSchema.safeParse({ file }).success;

describe('a notice of an upload', () => {
  it.each(['2026-03-01.csv', 'a/b.parquet', 'ünïcode 1.csv', '..a', 'a..b', '%2e%2e', '?', '#'])(
    'takes %j',
    (file) => {
      expect(isTaken(file)).toBe(true);
    },
  );

  it.each([
    '',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    '../a',
    'a/../b',
    'a/./b',
    'a\\b',
    '\\',
    'a\0',
    'a\n',
    '\ud800',
    '\u007f',
  ])('refuses %j', (file) => expect(isTaken(file)).toBe(false));

  it('never leads out of the data path', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', '%', '2', 'e') }), (file) => {
        if (!isTaken(file)) return;
        expect(new URL(`http://x/mail/${encodeURIComponent(file).replaceAll('%2F', '/')}`).pathname).toMatch(
          /^\/mail\/./,
        );
      }),
    );
  });

  it('asks with the same signal as the event of the same content', async () => {
    const text = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
    const parsed = parseModelFile('m.yaml', text.replace('  drift: true', '  drift: true\n  data: true'));
    if (!('model' in parsed)) throw new Error('not a model file');
    const [raw] = JSON.parse(
      readFileSync('test/fixtures/payloads/storage-blob-created.eventgrid.json', 'utf8'),
    ) as [{ subject: string; data: { eTag: string; contentLength: number } }];
    raw.subject = '/blobServices/default/containers/azureml/blobs/mail/spam-filter/week.csv';
    const [fact] = parseStorageEvent(readEvent(raw)!, 'azureml', new Map([['spam-filter', parsed.model]]));

    if (fact?.type !== 'signal') throw new Error('no signal');
    const ofEvent = fact.signal;
    const { eTag, contentLength: bytes } = raw.data;
    const blobs = { find: async (path: string) => ({ path, etag: eTag.replaceAll('"', ''), bytes }) };
    const started: { input: unknown }[] = [];
    const client = {
      getStatus: async () => (started.length > 0 ? { instanceId: 'there' } : null),
      startNew: async (_name: string, options: { instanceId: string; input: unknown }) => {
        started.push(options);
        return options.instanceId;
      },
    };
    const notice = { pinned: parsed.model, file: 'week.csv', source: 'data-api' };
    const offer = () => offerFile(client, blobs as unknown as Blobs, notice);
    expect(await offer()).toEqual({ signalId: ofEvent.id, repeated: false });
    expect(await offer()).toEqual({ signalId: ofEvent.id, repeated: true });
    expect(started).toMatchObject([
      { input: { signal: { ...ofEvent, source: 'data-api', observedAt: null } } },
    ]);
  });

  it.each([
    [
      '_SUCCESS',
      5,
      'file "_SUCCESS" is left out by data.files and data.ignore in the model file of spam-filter; rename the file, or change these fields',
    ],
    ['week.csv.tmp', 5, 'file "week.csv.tmp" is left out by'],
    [
      'week.csv',
      0,
      'file "week.csv" below mail/spam-filter/ is empty, and empty files are not used; upload its content, then send the notice again',
    ],
  ])('of %s with %i bytes is refused, as no run would use it', async (file, bytes, message) => {
    const text = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
    const parsed = parseModelFile('m.yaml', text.replace('  drift: true', '  drift: true\n  data: true'));
    if (!('model' in parsed)) throw new Error('not a model file');
    const blobs = { find: async (path: string) => ({ path, etag: '0x1', bytes }) } as unknown as Blobs;
    const client = { getStatus: async () => null, startNew: async () => 'never' };
    await expect(
      offerFile(client, blobs, { pinned: parsed.model, file, source: 'data-api' }),
    ).rejects.toMatchObject({
      code: 'not-listening',
      message: expect.stringContaining(message),
    });
  });
});
