/** Packages from a real storage, registry and ledger: packed and signed as a release does it, tampered with, fetched and verified. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../cli/main.ts';
import { localCloud } from '../../../local/cloud-context.ts';
import { publicPem } from '../../../shared/package/bundle.ts';
import { capturePrinted } from '../../unit/cli/printed.ts';
import { ended, gateReport, manifest, releaseRow, runId } from '../../unit/lineage/facts.ts';
import { release } from '../../unit/release/world/world.ts';
import { serveFunctions } from './handlers.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';

const { out, err } = capturePrinted();
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const { resourceGroup, workspace, subscriptionId } = localCloud;
const modelUri = `azureml://subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${workspace}/datastores/workspaceblobstore/paths/runs/${runId}/model/`;
const model = { name: 'spam-filter', version: '7', modelUri, runId };
const files = { 'weights.json': '{"w":1}', 'deep/vocabulary.txt': 'a b c' };
const folder = mkdtempSync(join(tmpdir(), 'ratchet-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let services: LocalServices;
let url: string;
let digest: string;
let verifyPackage: typeof import('../../../orchestrations/activities/verify-package.ts').verifyPackage;

const put = (path: string, text: string) =>
  services.container.getBlockBlobClient(path).uploadData(Buffer.from(text));

beforeAll(async () => {
  services = await startServices(temporaryFolder());
  // A setting is one line, as most portals keep it.
  const settings = { ...services.settings, RATCHET_SIGNING_KEY: pem.replaceAll('\n', '\\n') };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  for (const [name, text] of Object.entries(files)) await put(`runs/${runId}/model/${name}`, text);
  await put(`runs/${runId}/gate-report.json`, JSON.stringify(gateReport));
  await put(`runs/${runId}/manifest.json`, JSON.stringify(manifest));
  await services.ml.modelVersions.createOrUpdate(resourceGroup, workspace, 'spam-filter', '7', {
    properties: { modelType: 'custom_model', modelUri, tags: { ratchetRun: runId } },
  });
  url = await serveFunctions(() => import('../../../functions/get-package.ts'), {
    'models/spam-filter/versions/7/package': ['get-package', { model: 'spam-filter', version: '7' }],
    'models/spam-filter/versions/8/package': ['get-package', { model: 'spam-filter', version: '8' }],
  });
  const { wiring } = await import('../../../shared/wiring.ts');
  await (await wiring.ledger()).recordRun(ended);
  const { describeFiles } = await import('../../../orchestrations/activities/digest-version.ts');
  const { packVersion } = await import('../../../orchestrations/activities/pack-version.ts');
  ({ verifyPackage } = await import('../../../orchestrations/activities/verify-package.ts'));
  const packed = { model, releaseId: `${runId}-release`, target: release.target! };
  digest = (await packVersion(packed, await describeFiles(model, null)))!;
  // A step that is repeated packs the same.
  expect(await packVersion(packed, await describeFiles(model, null))).toBe(digest);
  await (await wiring.ledger()).recordRelease(releaseRow({ package: digest }));
});

beforeEach(() => {
  out.length = 0;
  err.length = 0;
});

describe('a package of a release', () => {
  it('is what was signed, as long as nobody changes anything of it', async () => {
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await verifyPackage({ model, package: digest })).toBeNull();
  });

  it.each<[string, string, string | null, RegExp]>([
    [
      'a file of the model',
      `runs/${runId}/model/weights.json`,
      '{"w":2}',
      /^model\/weights.json was changed: its SHA-256 is/,
    ],
    [
      'a further file',
      `runs/${runId}/model/evil.py`,
      'import os',
      /^model\/evil.py was added: it was not signed/,
    ],
    [
      'a file less',
      `runs/${runId}/model/deep/vocabulary.txt`,
      null,
      /^model\/deep\/vocabulary.txt is missing/,
    ],
    [
      'the gate report that was packed',
      'packages/DIGEST/gate-report.json',
      '{}',
      /^gate-report.json was changed/,
    ],
    ['no lineage', 'packages/DIGEST/lineage.json', null, /^lineage.json is missing/],
    ['no signature', 'packages/DIGEST/model.sig', null, /^the signature of package \w+ is gone/],
    [
      'a signature that is none',
      'packages/DIGEST/model.sig',
      '{}',
      /it is not a signature: expected a Sigstore bundle/,
    ],
  ])('is not, with %s', async (_what, path, text, said) => {
    const blob = services.container.getBlockBlobClient(path.replace('DIGEST', digest));
    const before = await blob.downloadToBuffer().catch(() => null);
    if (text === null) await blob.delete();
    else await blob.uploadData(Buffer.from(text));
    const found = await verifyPackage({ model, package: digest });
    if (before) await blob.uploadData(before);
    else await blob.delete();
    expect(found).toMatch(said);
    expect(await verifyPackage({ model, package: digest })).toBeNull();
  });

  it('is not, with the genuine signature of another package', async () => {
    const { localSigner, signStatement } = await import('../../../shared/package/bundle.ts');
    const { makeStatement } = await import('../../../shared/package/statement.ts');
    const other = await signStatement(makeStatement('spam-filter:6', []), localSigner(pem));
    const blob = services.container.getBlockBlobClient(`packages/${digest}/model.sig`);
    const before = await blob.downloadToBuffer();
    await blob.uploadData(Buffer.from(other));
    const found = await verifyPackage({ model, package: digest });
    await blob.uploadData(before);
    expect(found).toMatch(/has the signature of another one/);
  });

  it('is not, with every file gone: that is told, and no outage', async () => {
    const gone = { ...model, modelUri: modelUri.replace('/model/', '/nowhere/') };
    expect(await verifyPackage({ model: gone, package: digest })).toContain('there are no files');
  });

  it('has the documents of the run that chose it again, where it is of a past champion', async () => {
    const chosenBy = 'spam-filter-20021001-0badcafe';
    const judged = JSON.stringify({ ...gateReport, runId: chosenBy });
    await put(`runs/${chosenBy}/gate-report.json`, judged);
    const { describeFiles } = await import('../../../orchestrations/activities/digest-version.ts');
    const { packVersion } = await import('../../../orchestrations/activities/pack-version.ts');
    const packed = {
      model: { ...model, chosenBy },
      releaseId: `${chosenBy}-release`,
      target: release.target!,
    };
    const again = await packVersion(packed, await describeFiles(model, null));
    expect(again).not.toBe(digest);
    const kept = await services.container
      .getBlobClient(`packages/${again}/gate-report.json`)
      .downloadToBuffer();
    expect(kept.toString()).toBe(judged);
  });
});

describe('ratchet package', () => {
  const key = join(folder, 'public.pem');
  const there = join(folder, 'package');

  it('gets the signature and the documents, and verifies them with the model files offline', async () => {
    writeFileSync(key, publicPem(publicKey));
    expect(await main(['package', 'get', 'spam-filter:7', '--out', there, '--url', url])).toBe(0);
    expect(out.join('\n')).toContain(`package ${digest} of release ${runId}-release is in`);
    expect(await main(['package', 'verify', there, '--key', key])).toBe(1);
    expect(out.join('\n')).toContain('model/weights.json is missing');
    mkdirSync(join(there, 'model', 'deep'), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(there, 'model', name), text);
    out.length = 0;
    expect(await main(['package', 'verify', there, '--key', key])).toBe(0);
    expect(out.join('\n')).toMatch(
      new RegExp(`^Verified: 6 files of package ${digest}, signed by key [0-9a-f]{64}\\.$`),
    );
  });

  it('finds a link that was put in, another key, and a folder that is none', async () => {
    symlinkSync('/etc/hostname', join(there, 'model', 'link'));
    expect(await main(['package', 'verify', there, '--key', key, '--json'])).toBe(1);
    expect(JSON.parse(out.join('\n'))).toEqual({
      isSigned: false,
      digest,
      keyHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      problems: ['model/link was added: it was not signed'],
    });
    rmSync(join(there, 'model', 'link'));
    out.length = 0;
    const other = join(folder, 'other.pem');
    writeFileSync(other, publicPem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey));
    expect(await main(['package', 'verify', there, '--key', other])).toBe(1);
    expect(out.join('\n')).toMatch(/^model\.sig: the signature is not by this key, but by [0-9a-f]{12}$/);
    writeFileSync(other, 'no key');
    expect(await main(['package', 'verify', there, '--key', other])).toBe(3);
    expect(await main(['package', 'verify', join(folder, 'nowhere'), '--key', key])).toBe(3);
    expect(err.join('\n')).toContain('it is not a PEM file of a public key on the curve P-256');
    expect(err.join('\n')).toContain('cannot read');
  });

  it.each([
    [['sign'], 2, 'expected get or verify, got "sign"'],
    [['verify', 'x'], 2, '--key is missing'],
    [['get', 'spam-filter'], 2, 'expected MODEL:VERSION'],
    [['get', 'spam-filter:7'], 2, '--out is missing'],
  ])('says what is wrong with %j', async (args, code, said) => {
    expect(await main(['package', ...args])).toBe(code);
    expect(err.join('\n')).toContain(said);
  });

  it('says that there is none of a version that was not packed', async () => {
    expect(await main(['package', 'get', 'spam-filter:8', '--out', there, '--url', url])).toBe(3);
    expect(err.join('\n')).toContain('none of its releases was packed: RATCHET_SIGNING_KEY was not set');
  });
});
