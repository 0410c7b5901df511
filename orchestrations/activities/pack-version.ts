/**
 * Packs what is released and signs it.
 *
 * A package is named by the digest of its files and lies in the storage of runs under that name: the documents as they were, and
 * the signature. The model's files stay where they are; the signature has their digests.
 */
import { createHash } from 'node:crypto';
import type { ModelFile } from '../../shared/azure/model-digest.ts';
import {
  gateReportPath,
  manifestLimitBytes,
  manifestPath,
  modelFilePath,
  packagePath,
} from '../../shared/azure/run-files.ts';
import type { TargetConfig } from '../../shared/config/target-schema.ts';
import type { ModelVersion } from '../../shared/domain/run.ts';
import type { PackageFile } from '../../shared/package/statement.ts';
import { wiring } from '../../shared/wiring.ts';

interface Packed {
  readonly model: ModelVersion;
  readonly releaseId: string;
  readonly target: TargetConfig;
}

/** Documents of a run that go into a package, by their names in it. */
const documentsOf = {
  'gate-report.json': gateReportPath,
  'manifest.json': manifestPath,
  'model-file.json': modelFilePath,
} as const;

/** The digest of the package, hex; null where there is no key to sign with. */
export async function packVersion(
  packed: Packed,
  { digest, files }: { readonly digest: string; readonly files: readonly ModelFile[] },
): Promise<string | null> {
  const signer = await wiring.signer();
  if (signer === null) return null;
  const { name, version } = packed.model;
  const [blobs, { signStatement }, { makeStatement, signatureName }] = await Promise.all([
    wiring.blobs(),
    import('../../shared/package/bundle.ts'),
    import('../../shared/package/statement.ts'),
  ]);
  const documents = await readDocuments(packed, digest);
  const hashed = documents.map(([file, text]) => ({ name: file, sha256: hashText(text) }));
  const statement = makeStatement(`${name}:${version}`, [...nameFiles(files), ...hashed]);
  const own = statement.subject[0].digest.sha256;
  for (const [file, text] of documents)
    await blobs.writeText(packagePath(own, file), text, 'application/json');
  // The signature comes last: a package that has one is whole.
  const signature = await signStatement(statement, signer);
  await blobs.writeText(packagePath(own, signatureName), signature, 'application/json');
  return own;
}

async function readDocuments(
  packed: Packed,
  digest: string,
): Promise<readonly (readonly [name: string, text: string])[]> {
  const { model, releaseId } = packed;
  const blobs = await wiring.blobs();
  const runId = model.chosenBy ?? model.runId ?? releaseId.replace(/-release$/, '');
  const read = Object.entries(documentsOf).map(
    async ([name, pathOf]) => [name, await blobs.readText(pathOf(runId), manifestLimitBytes)] as const,
  );
  const found = (await Promise.all(read)).filter(
    (each): each is readonly [string, string] => each[1] !== null,
  );
  return [
    ...found,
    ['lineage.json', await describeLineage(model, digest)],
    ['package.json', describePackage(packed, digest)],
  ];
}

/** The model's files by their names in a package. */
export const nameFiles = (files: readonly ModelFile[]): readonly PackageFile[] =>
  files.map(({ path, sha256 }) => ({ name: `model/${path}`, sha256 }));

export const hashText = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Where the model's files are, and what serves them: code and environment are versions of assets, which do not change. */
function describePackage({ model, target }: Packed, digest: string): string {
  const { name, version, modelUri } = model;
  const { kind, instanceType = null, environment = null, code = null, script = null } = target;
  return toJson({
    model: name,
    version,
    modelUri,
    digest,
    scoring: { kind, instanceType, environment, code, script },
  });
}

/** As it stood when it was packed: what became of the version since is not a part of it. */
async function describeLineage({ name, version }: ModelVersion, digest: string): Promise<string> {
  const [
    ledger,
    { models: registry, components, id: workspace },
    blobs,
    { readLineage },
    { assembleLineage },
  ] = await Promise.all([
    wiring.ledger(),
    wiring.workspace(),
    wiring.blobs(),
    import('../../shared/lineage/read-lineage.ts'),
    import('../../shared/lineage/assemble-lineage.ts'),
  ]);
  const facts = await readLineage({ ledger, registry, blobs, components }, name, version);
  const lineage = assembleLineage({ model: name, version, workspace }, facts);
  return toJson({ ...lineage, digest, releases: [], operations: [], notKnown: [] });
}
