/** What each bundle was made of, as esbuild tells it, kept from the build that made it for whoever lists the parts. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../dist/metafiles/', import.meta.url));

export interface Metafile {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >;
}

export function keepMetafile(bundle: string, metafile: Metafile): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${bundle}.json`), JSON.stringify(metafile));
}

/** Those of every bundle that was built. */
export function readMetafiles(): readonly Metafile[] {
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Metafile);
}
