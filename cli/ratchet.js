#!/usr/bin/env node
// Plain JavaScript, so that an old Node can still say what it lacks.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `ratchet needs Node 24 or newer, this is ${process.versions.node}: use "npm run ratchet -- ..." in the project`,
  );
  process.exit(2);
}
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
