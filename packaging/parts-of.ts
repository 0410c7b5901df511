/** Whose code is in the bundles: the packages, each with its version, licence and the text of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from './metafiles.ts';

export interface Part {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
  /** Text of its licence, and of a notice that goes with it. */
  readonly texts: readonly string[];
  /** Below the project's root, such as `node_modules/zod`. */
  readonly folder: string;
}

const folderOfPackage = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
const legal = /^(?:licen[cs]e|notice|copying)(?:[.-].*)?$/i;

/** Sorted by name and version. Throws for a package that names no licence. */
export function partsOf(bundles: readonly Metafile[], root: string): readonly Part[] {
  const folders = new Set<string>();
  for (const { inputs } of bundles.flatMap(({ outputs }) => Object.values(outputs))) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [folder] = folderOfPackage.exec(file) ?? [];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  const parts = [...folders].map((folder) => readPart(root, folder));
  const keyOf = ({ name, version }: Part): string => `${name}@${version}`;
  // Two copies of one version are one part.
  return [...new Map(parts.map((part) => [keyOf(part), part])).values()].sort((a, b) =>
    keyOf(a) < keyOf(b) ? -1 : 1,
  );
}

function readPart(root: string, folder: string): Part {
  const at = join(root, folder);
  const { name, version, license } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string | { type?: string };
  };
  const spdx = typeof license === 'string' ? license : license?.type;
  if (!spdx) throw new Error(`${folder}/package.json names no licence: it cannot go into the package`);
  const files = readdirSync(at).filter((file) => legal.test(file));
  const texts = files.sort().map((file) => readFileSync(join(at, file), 'utf8').trim());
  return { name, version, license: spdx, texts, folder };
}

/** Every part with its licence, for people. */
export function describeLicences(parts: readonly Part[]): string {
  const each = parts.map(({ name, version, license, texts }) => {
    const text =
      texts.length > 0 ? texts.join('\n\n') : `(The package has no text of it. Licence: ${license}.)`;
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return [`Parts of others in this application: ${parts.length}\n`, ...each].join(`\n${'-'.repeat(78)}\n\n`);
}
