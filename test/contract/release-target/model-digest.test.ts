/** The digest of a model's files, read from a real blob service. */
import { createHash } from 'node:crypto';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { Blobs } from '../../../shared/azure/blobs.ts';
import { digestOfModel } from '../../../shared/azure/model-digest.ts';
import { longUri } from '../../../shared/azure/run-files.ts';
import { type BlobService, startBlobService } from '../azure-ml/workspace-fixture.ts';
import { failureOf } from './target-fixture.ts';

let service: BlobService;
let container: ContainerClient;
beforeAll(async () => {
  service = await startBlobService();
  const client = BlobServiceClient.fromConnectionString(service.connectionString);
  container = client.getContainerClient(localCloud.container);
  await container.createIfNotExists();
});
afterAll(() => service.stop());

const put = async (files: Readonly<Record<string, string | Buffer>>) => {
  for (const [path, content] of Object.entries(files))
    await container.getBlockBlobClient(path).upload(content, Buffer.byteLength(content));
};
const short = (path: string) => `azureml://datastores/workspaceblobstore/paths/${path}`;
const digest = (uri: string, blobs: Pick<Blobs, 'list' | 'open'> = new Blobs(container)) =>
  digestOfModel(blobs, localCloud.workspaceId, uri);
const sha = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

describe('the digest of a model', () => {
  it('is that of a line for each file, in the order of the bytes of their paths', async () => {
    // By units of UTF-16 the two last ones would come the other way round.
    await put({ 'one/b': 'x', 'one/a/c': '', 'one/\u{10000}': 'q', 'one/\uff5a': 'p' });
    const lines = [
      ['a/c', 0, sha('')],
      ['b', 1, sha('x')],
      ['\uff5a', 1, sha('p')],
      ['\u{10000}', 1, sha('q')],
    ];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    expect(await digest(short('one/'))).toBe(sha(`ratchet-model-digest 1\n${text}`));
  });

  it('is the same wherever the files lie, and however the place is written', async () => {
    await put({ 'here/m/w': 'w', 'there/w': 'w', 'here/m-old/w': 'other', 'here/mw': 'other' });
    const first = await digest(short('here/m'));
    for (const uri of [short('here/m/'), short('there'), longUri(localCloud.workspaceId, short('there/'))])
      expect(await digest(uri)).toBe(first);
    const upper = longUri(localCloud.workspaceId, short('there')).replace('resourcegroups', 'resourceGroups');
    expect(await digest(upper)).toBe(first);
  });

  it('is another where a name, a byte or the number of files is', async () => {
    const variants: readonly Record<string, string>[] = [
      { a: '12', b: '3' },
      { a: '1', b: '23' },
      { a: '12', c: '3' },
      { 'a/b': '123' },
      { a: '12' },
      { a: '12', b: '3', c: '' },
      { a: '12', b: '4' },
    ];
    const found: string[] = [];
    for (const [at, files] of variants.entries()) {
      await put(Object.fromEntries(Object.entries(files).map(([name, text]) => [`v${at}/${name}`, text])));
      found.push(await digest(short(`v${at}`)));
    }
    expect(new Set(found).size).toBe(variants.length);
  });

  it('of one file is that of a file of its name', async () => {
    await put({ 'single/model.pkl': 'w', 'single/model.pkl.old': 'o', 'folder/model.pkl': 'w' });
    expect(await digest(short('single/model.pkl'))).toBe(await digest(short('folder/')));
  });

  it('does not believe the hash that an uploader has written', async () => {
    await put({ 'honest/w': 'good', 'forged/w': 'evil' });
    const blobContentMD5 = createHash('md5').update('good').digest();
    await container.getBlobClient('forged/w').setHTTPHeaders({ blobContentMD5 });
    expect(await digest(short('forged'))).not.toBe(await digest(short('honest')));
  });

  it('reads a large file block by block', async () => {
    const large = Buffer.alloc(20 * 1024 * 1024 + 3, 'ratchet');
    await put({ 'large/w': large });
    const blobs = new Blobs(container);
    const reads: number[] = [];
    const watched: Pick<Blobs, 'list' | 'open'> = {
      list: (prefix) => blobs.list(prefix),
      open: async (path, etag) => {
        const content = await blobs.open(path, etag);
        return {
          ...content,
          read: (start, end) => {
            reads.push(end - start);
            return content.read(start, end);
          },
        };
      },
    };
    const line = JSON.stringify(['w', large.length, sha(large)]);
    expect(await digest(short('large'), watched)).toBe(sha(`ratchet-model-digest 1\n${line}\n`));
    expect(Math.max(...reads)).toBe(8 * 1024 * 1024);
  });

  it('is never of a mixture: a file that changes meanwhile is an error', async () => {
    await put({ 'moving/w': 'before' });
    const blobs = new Blobs(container);
    const change: Pick<Blobs, 'list' | 'open'> = {
      list: async (prefix) => {
        const listed = await blobs.list(prefix);
        await put({ 'moving/w': 'after!' });
        return listed;
      },
      open: (path, etag) => blobs.open(path, etag),
    };
    expect(await failureOf(digest(short('moving'), change))).toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/^moving\/w was deleted or has changed/),
    });
  });
});

describe('a model is refused', () => {
  it('that has no files', async () => {
    await put({ 'nothing-much/w': 'w' });
    for (const uri of [short('nothing'), short('nothing-much/w/x')]) {
      const failure = await failureOf(digest(uri));
      expect(failure).toMatchObject({ code: 'azure-refused', subject: { modelUri: uri } });
      expect(failure.message).toContain('there are no files; look whether somebody has deleted them');
    }
  });

  it.each([
    short(''),
    short('/'),
    'azureml://datastores/other/paths/m',
    'azureml://jobs/a/outputs/model',
    'runs:/a/model',
    'https://account.blob.core.windows.net/c/m',
    longUri(localCloud.workspaceId.replace(/[^/]+$/, 'another'), short('m')),
    '',
  ])('whose files lie elsewhere: %j', async (uri) => {
    const failure = await failureOf(digest(uri));
    expect(failure.code).toBe('azure-refused');
    expect(failure.message).toContain("they must lie below a path of the workspace's default datastore");
  });
});
