import { statSync } from 'node:fs';
import { publishCode } from '../../local/launch/publish-assets.ts';
import { counted } from '../../shared/domain/plural.ts';
import { readArgs, UsageError } from '../command.ts';
import { printJson } from '../service.ts';
import { findRunningCloud } from './running-cloud.ts';

export async function publish(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, {
    as: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw new UsageError('name exactly one folder with code');
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`there is no folder ${folder}`);
  const { name, version: asked } = readName(values.as);
  const { cloud } = findRunningCloud();
  const { outcome, version, files } = await publishCode(cloud, { name, version: asked, folder });
  const code = `azureml:${name}:${version}`;
  const isRefused = outcome === 'already-there-with-other-code';
  if (values.json) printJson({ code, outcome, files });
  else if (isRefused)
    console.error(
      `ratchet local: ${code} exists with other code, and a version never changes: publish a new version with --as ${name}`,
    );
  else
    console.log(
      `${outcome === 'published' ? 'Published' : 'Already published, unchanged'}: code: ${code}  (${counted(files, 'file')} of ${folder})`,
    );
  return isRefused ? 1 : 0;
}

function readName(text: string | undefined): { name: string; version: string | null } {
  if (text === undefined) throw new UsageError('--as is missing: the name of the code asset');
  const [, name, version = null] =
    /^([A-Za-z0-9][A-Za-z0-9._-]{0,254})(?::([A-Za-z0-9][A-Za-z0-9._-]{0,29}))?$/.exec(text) ?? [];
  if (name !== undefined) return { name, version };
  throw new UsageError(
    `--as: expected NAME or NAME:VERSION of letters, digits, dots, hyphens and underscores, got ${JSON.stringify(text)}`,
  );
}
