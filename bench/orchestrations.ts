/**
 * Orchestrations per second through the embedded host, against a durable peer and one that keeps nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readCount, runBenchmark, UsageError } from './measure/run-benchmark.ts';
import { ratiosOf, type Spread, spreadOf } from './measure/statistics.ts';
import { figure, renderTable } from './measure/table.ts';
import { durabletaskSide } from './orchestrations/durabletask-side.ts';
import { type Growth, measureGrowth } from './orchestrations/growth.ts';
import { hostSide } from './orchestrations/host-side.ts';
import { installPeers } from './orchestrations/install-peers.ts';
import { restateSide, whyNoRestate } from './orchestrations/restate-side.ts';
import { type Side, steps } from './orchestrations/side.ts';
import { takeRounds } from './orchestrations/take-rounds.ts';

const help = `npm run bench:orchestrations -- [options]

Runs the same chain of ${steps} steps, many at once, started over HTTP on 127.0.0.1 until the last has ended:
  - in the embedded host: a Durable Functions app, started through the durable management API
  - in Restate's single-node server with its SDK, as it comes (fsync), and with fsync off, which is the host's promise
  - on the in-memory backend of @microsoft/durabletask-js, which keeps nothing
Sides take turns; in every round each starts on an empty store, runs the same number of chains to warm up, is measured
and is stopped. Prints medians, and the ratio of each round's host to the peer beside it. Aim: as fast as Restate.

The first use installs the peers (npm ci --prefix bench/peers, about 240 MB).

  --chains N        chains started at once (default 200)
  --rounds N        rounds (default 5, at least 3)
  --only host       measure the host alone, without the peers
  --growth          measure what one orchestration costs instead, in sequences of up to 1,000 activities and fan-outs of
                    up to 10,000: the host, and the library alone over the same turns
  --profile DIR     write a CPU profile of the host's process for each round into DIR (slows the host)
`;

interface SideFigures {
  readonly side: string;
  readonly durability: string;
  readonly chainsPerSecond: Spread;
  readonly cpuMsPerChain: Spread | null;
  /** The host's rate by this side's, round by round. */
  readonly hostByThis: Spread;
}

interface GrowthFigures {
  readonly growth: readonly Growth[];
}

interface Figures {
  readonly chains: number;
  readonly stepsPerChain: number;
  readonly rounds: number;
  readonly sides: readonly SideFigures[];
  /** Sides that cannot run here, and why. */
  readonly notMeasured: readonly string[];
  readonly aim: { readonly hostByRestateAtLeast: 1; readonly reached: boolean | null };
}

await runBenchmark({
  name: 'orchestrations',
  help,
  options: {
    chains: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    growth: { type: 'boolean' },
    profile: { type: 'string' },
  },
  async measure({ chains, rounds, only, growth, profile }, measuring): Promise<Figures | GrowthFigures> {
    const home = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
    measuring.ends.defer(() => rmSync(home, { recursive: true, force: true }));
    if (growth === true) return { growth: await measureGrowth(home, measuring) };
    if (only !== undefined && only !== 'host') {
      throw new UsageError(`--only: expected host, got ${JSON.stringify(only)}; see --help`);
    }
    const chainCount = readCount('chains', chains, 1);
    const roundCount = readCount('rounds', rounds, 3);
    const host = hostSide(profile === undefined ? [] : profiling(profile));
    const { peers, notMeasured } =
      only === 'host' ? { peers: [], notMeasured: [] } : choosePeers(measuring.say);
    const sides = [host, ...peers];
    const taken = await takeRounds({ sides, rounds: roundCount, chains: chainCount, home }, measuring);

    const hostRates = taken[0]!.map(({ chainsPerSecond }) => chainsPerSecond);
    const figures = sides.map(({ name, durability }, index): SideFigures => {
      const rates = taken[index]!.map(({ chainsPerSecond }) => chainsPerSecond);
      const cpu = taken[index]!.flatMap(({ cpuMsPerChain }) => cpuMsPerChain ?? []);
      return {
        side: name,
        durability,
        chainsPerSecond: spreadOf(rates),
        cpuMsPerChain: cpu.length === 0 ? null : spreadOf(cpu),
        hostByThis: ratiosOf(hostRates, rates),
      };
    });
    const restate = figures.find(({ side }) => side === 'restate');
    return {
      chains: chainCount,
      stepsPerChain: steps,
      rounds: roundCount,
      sides: figures,
      notMeasured,
      aim: { hostByRestateAtLeast: 1, reached: restate ? restate.hostByThis.median >= 1 : null },
    };
  },
  tell: (figures) => ('growth' in figures ? tellGrowth(figures) : tell(figures)),
});

function choosePeers(say: (line: string) => void): { peers: Side[]; notMeasured: string[] } {
  installPeers(say);
  const why = whyNoRestate();
  if (why === null) {
    return { peers: [restateSide('sync'), restateSide('no-sync'), durabletaskSide], notMeasured: [] };
  }
  say(`restate is not measured: ${why}`);
  return { peers: [durabletaskSide], notMeasured: [`restate: ${why}`] };
}

function profiling(folder: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${resolve(folder)}`];
}

function tellGrowth({ growth }: GrowthFigures): string {
  const rows = growth.map(({ shape, activities, turns, wallMs, hostCpuMs, libraryCpuMs }) => [
    `${shape} of ${activities}`,
    String(turns),
    `${figure(wallMs / 1000)} s`,
    hostCpuMs === null ? '-' : `${figure(hostCpuMs)} ms`,
    `${figure(libraryCpuMs)} ms`,
    hostCpuMs === null ? '-' : `${figure((hostCpuMs - libraryCpuMs) / activities)} ms`,
  ]);
  return [
    'One orchestration, from its start to its end:',
    '',
    renderTable(['', 'turns', 'took', 'CPU of the host', 'of it the library', 'rest per activity'], rows),
    '',
    'The library replays the whole history at every turn: its part grows with turns times events, on every host. It is',
    'measured alone, over the turns that the host took. The rest should not grow.',
  ].join('\n');
}

function tell({ chains, stepsPerChain, rounds, sides, notMeasured, aim }: Figures): string {
  const rows = sides.map(({ side, chainsPerSecond, cpuMsPerChain, hostByThis }) => [
    side,
    figure(chainsPerSecond.median),
    `${figure(chainsPerSecond.least)} to ${figure(chainsPerSecond.most)}`,
    cpuMsPerChain === null ? '-' : `${figure(cpuMsPerChain.median)} ms`,
    figure(hostByThis.median),
  ]);
  const reached = aim.reached === null ? 'not measured' : aim.reached ? 'reached' : 'not reached';
  return [
    `${chains} chains of ${stepsPerChain} steps at once, median of ${rounds} rounds, sides in turns:`,
    '',
    renderTable(['', 'chains/s', 'least to most', 'CPU per chain', 'host : this'], rows),
    '',
    `Aim: host : restate at least ${aim.hostByRestateAtLeast}: ${reached}.`,
    '',
    'Before a step begins, the result of the step before it is:',
    ...sides.map(({ side, durability }) => `  ${side}: ${durability}`),
    ...notMeasured.map((why) => `Not measured: ${why}`),
  ].join('\n');
}
