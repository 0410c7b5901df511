/** `npm run templates`: compiles the templates of infra/ into infra/compiled, which a test holds against them. */
import { fileURLToPath } from 'node:url';
import { findBicep, runBicep } from './bicep.ts';

const infra = fileURLToPath(new URL('../infra/', import.meta.url));
const program = findBicep();
if (program === null) {
  console.error(
    'npm run templates: the compiler is not there: run dotnet restore infra/compiler, on Linux x64',
  );
  process.exitCode = 1;
} else {
  const said = await runBicep(program, [
    'build',
    '--pattern',
    `${infra}*.bicep`,
    '--outdir',
    `${infra}compiled`,
  ]);
  console.log(said || 'infra/compiled: ledger.json, main.json, workspace.json');
}
