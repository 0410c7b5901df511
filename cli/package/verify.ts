import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import { counted } from '../../shared/domain/plural.ts';
import { printable } from '../../shared/gates/report/printable.ts';
import { readPublicKeys, verifyBundle } from '../../shared/package/bundle.ts';
import { compareFiles, type PackageFile, signatureName } from '../../shared/package/statement.ts';
import { printJson } from '../service.ts';

export async function verifyFolder(folder: string, keyFile: string, asJson: boolean): Promise<number> {
  const keys = readKeys(keyFile);
  const signed = verifyBundle(read(join(folder, signatureName)), keys);
  const problems =
    typeof signed === 'string'
      ? [`${signatureName}: ${signed}`]
      : compareFiles(signed.files, await hashFolder(folder));
  const { digest = null, keyHash = null } = typeof signed === 'string' ? {} : signed;
  const isSigned = problems.length === 0;
  if (asJson) printJson({ isSigned, digest, keyHash, problems });
  else if (isSigned && typeof signed !== 'string')
    console.log(
      pc.green(
        `Verified: ${counted(signed.files.length, 'file')} of package ${digest}, signed by key ${keyHash}.`,
      ),
    );
  else for (const problem of problems) console.log(pc.red(printable(problem)));
  return isSigned ? 0 : 1;
}

function readKeys(file: string): ReturnType<typeof readPublicKeys> {
  const pem = read(file);
  try {
    return readPublicKeys(pem);
  } catch (cause) {
    throw new Error(`--key ${file}: ${(cause as Error).message}`, { cause });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** Every file below a folder but the signature. What is no file, a link too, is none that anybody has signed. */
async function hashFolder(folder: string, below = ''): Promise<PackageFile[]> {
  const files: PackageFile[] = [];
  for (const entry of readdirSync(join(folder, below)).sort()) {
    const name = below === '' ? entry : `${below}/${entry}`;
    if (name === signatureName) continue;
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (stat.isDirectory()) files.push(...(await hashFolder(folder, name)));
    else files.push({ name, sha256: stat.isFile() ? await hashFile(path) : 'no file' });
  }
  return files;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
