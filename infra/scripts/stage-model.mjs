/**
 * stage-model.mjs FROM TO [DIGEST]: moves the files of a downloaded version to TO.
 *
 * With a digest only what is exactly what was gated and approved is staged: docs/online-endpoints.md says how it is made. The
 * download may lie in folders of its own, so each folder with nothing but one folder in it is looked into.
 */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [from, to, digest = ''] = process.argv.slice(2);
if (!from || !to) fail('usage: stage-model.mjs FROM TO [DIGEST]');

const found = [];
for (let folder = from; ; ) {
  found.push(folder);
  const entries = readdirSync(folder, { withFileTypes: true });
  if (entries.length !== 1 || !entries[0].isDirectory()) break;
  folder = join(folder, entries[0].name);
}

if (listFiles(from).length === 0) fail(`there are no files in ${from}: the download is not whole`);
const staged = await findStaged();
mkdirSync(dirname(to), { recursive: true });
renameSync(staged, to);
console.log(`Staged ${listFiles(to).length} files${digest && `, of digest ${digest}`}.`);

async function findStaged() {
  // The folder that holds the files, below those of the download.
  if (digest === '') return found.at(-1);
  const seen = [];
  for (const folder of found) {
    const sum = await digestOf(folder);
    if (sum === digest) return folder;
    seen.push(sum);
  }
  return fail(
    `the files must be those that were approved, with the digest ${digest}; found ${seen.join(', ')}: somebody has changed them, or the download is not whole`,
  );
}

async function digestOf(folder) {
  const lines = [];
  for (const path of listFiles(folder)) {
    const file = join(folder, path);
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file)) hash.update(chunk);
    lines.push([Buffer.from(path), JSON.stringify([path, statSync(file).size, hash.digest('hex')])]);
  }
  lines.sort(([a], [b]) => Buffer.compare(a, b));
  const whole = createHash('sha256').update('ratchet-model-digest 1\n');
  for (const [, line] of lines) whole.update(`${line}\n`);
  return whole.digest('hex');
}

/** With slashes. Links and devices are no files of a model. */
function listFiles(folder, below = '') {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return listFiles(folder, path);
    return entry.isFile() ? [path] : fail(`${path} is neither file nor folder`);
  });
}

function fail(why) {
  console.error(`stage-model: ${why}`);
  process.exit(1);
}
