/** Whether what is released still is what was signed: the signature, the documents beside it, and every file of the model. */
import { manifestLimitBytes, packagePath } from '../../shared/azure/run-files.ts';
import type { ModelVersion } from '../../shared/domain/run.ts';
import type { PackageFile } from '../../shared/package/statement.ts';
import type { SignedVersion } from '../../shared/release/transitions/state.ts';
import { wiring } from '../../shared/wiring.ts';
import { isFinal } from '../define-step.ts';
import { describeFiles } from './digest-version.ts';
import { hashText, nameFiles } from './pack-version.ts';

/** So many differences are told. */
const toldAtMost = 3;

/** Why it is not, for a person; null: it is. */
export async function verifyPackage({ model, package: name }: SignedVersion): Promise<string | null> {
  const keys = await wiring.trustedKeys();
  if (keys.length === 0)
    return `package ${name} cannot be verified: RATCHET_SIGNING_KEY is not set any more; set it again, or its public half in RATCHET_TRUSTED_KEYS.`;
  const [blobs, { verifyBundle }, { compareFiles, signatureName }] = await Promise.all([
    wiring.blobs(),
    import('../../shared/package/bundle.ts'),
    import('../../shared/package/statement.ts'),
  ]);
  const signature = await blobs.readText(packagePath(name, signatureName), manifestLimitBytes);
  if (signature === null) return `the signature of package ${name} is gone.`;
  const signed = verifyBundle(signature, keys);
  if (typeof signed === 'string') return `of package ${name}, ${signed}.`;
  if (signed.digest !== name) return `package ${name} has the signature of another one, ${signed.digest}.`;
  const files = await findFiles(model);
  if (typeof files === 'string') return files;
  const found = [...files];
  for (const { name: file } of signed.files) {
    if (file.startsWith('model/')) continue;
    const text = await blobs.readText(packagePath(name, file), manifestLimitBytes);
    if (text !== null) found.push({ name: file, sha256: hashText(text) });
  }
  const differences = compareFiles(signed.files, found);
  if (differences.length === 0) return null;
  const more = differences.length - toldAtMost;
  return `${differences.slice(0, toldAtMost).join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

/** The model's files as they are now, or why they cannot be read for good. */
async function findFiles(model: ModelVersion): Promise<readonly PackageFile[] | string> {
  try {
    return nameFiles((await describeFiles(model, null)).files);
  } catch (error) {
    if (isFinal(error)) return error.message;
    throw error;
  }
}
