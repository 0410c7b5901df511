/** The in-memory backend of @microsoft/durabletask-js: the same programming model, with nothing kept. */
import { join } from 'node:path';
import { postAndAwait, type Side } from './side.ts';
import { startChain } from './start-chain.ts';

export const durabletaskSide: Side = {
  name: 'durabletask-js',
  durability: 'none: in memory, in one process',
  async start(home, { signal }) {
    const { child, url } = await startChain('durabletask-chain.js', join(home, 'durabletask'), signal);
    return {
      pids: [child.pid],
      runChains: (count) => postAndAwait(url, count),
      async stop() {
        await child.stop();
      },
    };
  },
};
