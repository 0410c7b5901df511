import { join } from 'node:path';
import { z } from 'zod';
import { type Child, startChild } from '../../local/launch/child.ts';
import { readStateOf } from '../../local/launch/cloud-state.ts';
import { peersFolder } from './install-peers.ts';

const ChainStateSchema = z.object({ pid: z.int(), url: z.string() });

/** Starts a script of bench/peers that serves the chain, and answers where. */
export async function startChain(
  script: string,
  home: string,
  signal: AbortSignal,
): Promise<{ child: Child; url: string }> {
  const stateFile = join(home, `${script}.json`);
  const child = startChild({
    name: script,
    script: join(peersFolder, script),
    args: [stateFile],
    // A line of log for each chain would be paid for by that side alone.
    env: { RESTATE_LOGGING: 'ERROR' },
    logFile: join(home, `${script}.log`),
    signal,
  });
  try {
    const state = await child.until('it was ready', async () =>
      readStateOf(stateFile, child.pid, ChainStateSchema),
    );
    return { child, url: state.url };
  } catch (error) {
    await child.stop();
    throw error;
  }
}
