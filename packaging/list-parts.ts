/** Writes whose code is in the bundles, beside them: `THIRD-PARTY-LICENSES.txt` for people, `sbom.cdx.json` for programs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { billOfMaterials } from './bill-of-materials.ts';
import { readMetafiles } from './metafiles.ts';
import { describeLicences, partsOf } from './parts-of.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
  license: string;
};
const parts = partsOf(readMetafiles(), root);
const bill = billOfMaterials({ name, version, license }, parts);
writeFileSync(join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'), describeLicences(parts));
writeFileSync(join(root, 'dist', 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`);
