/**
 * How long the built application takes to load, against an app with one empty HTTP function.
 *
 * Each load is a fresh process, so nothing is warm but the disk's cache; the sides take turns, so a slow moment of the
 * machine meets all of them.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { groupByPackage, type PackageShare } from './load/group-by-package.ts';
import { unbundle } from './load/unbundle.ts';
import { type Measuring, readCount, runBenchmark } from './measure/run-benchmark.ts';
import { ratiosOf, type Spread, spreadOf } from './measure/statistics.ts';
import { figure, renderTable } from './measure/table.ts';

const help = `npm run bench:load -- [options]

Loads the built application (package.json#main) through the host's own loader, each time in a fresh process, in turns
with two others: an app with one empty HTTP function, and an app with one durable orchestration and one activity, which
is the least that any app pays for the Durable Functions library. Prints the medians and their ratios. Aim: under 3.

  --repetitions N   loads of each (default 11, at least 3); one more of each comes first and is not counted
  --explain         also list what is loaded, heaviest package first
`;

const folder = fileURLToPath(new URL('.', import.meta.url));
const sides = [
  { side: 'application', directory: join(folder, '..') },
  { side: 'empty app', directory: join(folder, 'fixtures', 'empty-app') },
  { side: 'least durable app', directory: join(folder, 'fixtures', 'chain-app') },
] as const;

const LoadSchema = z.object({
  loadMs: z.number(),
  cpuMs: z.number(),
  functions: z.int(),
  modules: z
    .array(z.object({ file: z.string(), bytes: z.number(), ownMs: z.number().nullable() }))
    .nullable(),
});

type Load = z.infer<typeof LoadSchema>;

interface SideFigures {
  readonly side: string;
  readonly functions: number;
  readonly modules: number;
  readonly loadMs: Spread;
  /** Processor time of all threads: says what the load costs whatever else the machine does. */
  readonly cpuMs: Spread;
}

interface Figures {
  readonly sides: readonly SideFigures[];
  readonly applicationByEmpty: Spread;
  readonly applicationByLeastDurable: Spread;
  readonly cpuApplicationByEmpty: Spread;
  readonly aim: { readonly applicationByEmptyBelow: number; readonly reached: boolean };
  readonly packages?: readonly PackageShare[];
}

await runBenchmark({
  name: 'load',
  help,
  options: {
    repetitions: { type: 'string', default: '11' },
    explain: { type: 'boolean', default: false },
  },
  async measure({ repetitions, explain }, measuring): Promise<Figures> {
    const count = readCount('repetitions', repetitions, 3);
    const seen: Load[] = [];
    for (const { directory } of sides) seen.push(await loadOnce(directory, measuring, '--explain'));
    const loads = await takeTurns(count, measuring);
    const [application, empty, leastDurable] = loads.map((side) => side.map(({ loadMs }) => loadMs));
    const [cpuApplication, cpuEmpty] = loads.map((side) => side.map(({ cpuMs }) => cpuMs));
    const applicationByEmpty = ratiosOf(application!, empty!);
    return {
      sides: sides.map(({ side }, index) => ({
        side,
        functions: seen[index]!.functions,
        modules: seen[index]!.modules?.length ?? 0,
        loadMs: spreadOf(loads[index]!.map(({ loadMs }) => loadMs)),
        cpuMs: spreadOf(loads[index]!.map(({ cpuMs }) => cpuMs)),
      })),
      applicationByEmpty,
      applicationByLeastDurable: ratiosOf(application!, leastDurable!),
      cpuApplicationByEmpty: ratiosOf(cpuApplication!, cpuEmpty!),
      aim: { applicationByEmptyBelow: 3, reached: applicationByEmpty.median < 3 },
      ...(explain ? { packages: groupByPackage(unbundle(seen[0]!.modules ?? [], sides[0].directory)) } : {}),
    };
  },
  tell,
});

/** Loads by side. Who goes first changes with every turn. */
async function takeTurns(count: number, measuring: Measuring): Promise<Load[][]> {
  const loads: Load[][] = sides.map(() => []);
  for (let turn = 0; turn < count; turn++) {
    measuring.say(`turn ${turn + 1} of ${count}`);
    for (let place = 0; place < sides.length; place++) {
      const index = (turn + place) % sides.length;
      loads[index]!.push(await loadOnce(sides[index]!.directory, measuring));
    }
  }
  return loads;
}

async function loadOnce(directory: string, { signal }: Measuring, ...flags: string[]): Promise<Load> {
  const script = join(folder, 'load', 'load-once.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, directory, ...flags], {
    signal,
    maxBuffer: 64 * 2 ** 20,
  });
  return LoadSchema.parse(JSON.parse(stdout));
}

function tell(figures: Figures): string {
  const { sides: all, applicationByEmpty, applicationByLeastDurable, aim, packages } = figures;
  const rows = all.map(({ side, functions, modules, loadMs, cpuMs }) => [
    side,
    String(functions),
    String(modules),
    `${figure(loadMs.median)} ms`,
    `${figure(loadMs.least)} to ${figure(loadMs.most)} ms`,
    `${figure(cpuMs.median)} ms`,
  ]);
  const { median, repetitions } = applicationByEmpty;
  return [
    `Time to load, a fresh process each time, median of ${repetitions}, sides in turns:`,
    '',
    renderTable(['', 'functions', 'modules', 'load', 'least to most', 'CPU'], rows),
    '',
    `application : empty app          ${figure(median)} (aim: below ${aim.applicationByEmptyBelow}; ${aim.reached ? 'reached' : 'not reached'})`,
    `application : least durable app  ${figure(applicationByLeastDurable.median)}`,
    `application : empty app, CPU     ${figure(figures.cpuApplicationByEmpty.median)}`,
    ...(packages ? ['', tellPackages(packages)] : []),
  ].join('\n');
}

function tellPackages(packages: readonly PackageShare[]): string {
  const rows = packages.map(({ name, modules, bytes, ownMs }) => [
    name,
    String(modules),
    `${figure(bytes / 1024)} kB`,
    ownMs === null ? '-' : `${figure(ownMs)} ms`,
  ]);
  return [
    'What the application loads. Time: compiling and running the CommonJS files of the package themselves, watched',
    'once (watching slows it; read the shares). ES modules, "-", cannot be watched.',
    '',
    renderTable(['package', 'modules', 'source', 'own time'], rows),
  ].join('\n');
}
