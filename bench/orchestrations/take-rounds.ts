/**
 * Measures the sides in rounds: in each round every side is started on an empty store, warmed up with as many chains
 * as are then timed, measured and stopped, so that none runs while another is measured. Who goes first changes.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cpuMs } from '../measure/process-facts.ts';
import type { Measuring } from '../measure/run-benchmark.ts';
import type { Side } from './side.ts';

interface Round {
  readonly chainsPerSecond: number;
  /** Processor time of all the side's processes for one chain. Null where the system does not tell. */
  readonly cpuMsPerChain: number | null;
}

interface RoundsOptions {
  readonly sides: readonly Side[];
  readonly rounds: number;
  readonly chains: number;
  /** A folder of its own for every start is made in it. */
  readonly home: string;
}

/** Rounds by side, in the order of `sides`. */
export async function takeRounds(options: RoundsOptions, measuring: Measuring): Promise<Round[][]> {
  const { sides, rounds, chains, home } = options;
  const taken: Round[][] = sides.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < sides.length; place++) {
      const index = (round + place) % sides.length;
      const folder = join(home, `${round}-${index}`);
      mkdirSync(folder);
      const figures = await measureOnce(sides[index]!, chains, folder, measuring);
      taken[index]!.push(figures);
      const rate = figures.chainsPerSecond.toFixed(0);
      measuring.say(`round ${round + 1} of ${rounds}: ${sides[index]!.name}: ${rate} chains/s`);
    }
  }
  return taken;
}

async function measureOnce(side: Side, chains: number, home: string, measuring: Measuring): Promise<Round> {
  const running = await side.start(home, measuring);
  measuring.ends.defer(() => running.stop());
  await running.runChains(chains);
  const cpuBeforeMs = cpuMs(running.pids);
  const startedMs = performance.now();
  await running.runChains(chains);
  const tookMs = performance.now() - startedMs;
  const cpuAfterMs = cpuMs(running.pids);
  await running.check?.(2 * chains);
  await running.stop();
  return {
    chainsPerSecond: (1000 * chains) / tookMs,
    cpuMsPerChain: cpuBeforeMs === null || cpuAfterMs === null ? null : (cpuAfterMs - cpuBeforeMs) / chains,
  };
}
