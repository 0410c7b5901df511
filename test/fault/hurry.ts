/**
 * Loaded into the processes of a world under the virtual clock (`NODE_OPTIONS=--import …`): what the host's clients pause
 * between their own tries passes fifty times as fast, and what they wait for an answer ten times. Virtual time stands still
 * meanwhile, and an hour's outage would take minutes of nothing else.
 */
const shortestMs = 400;
/** No client pauses as long between two tries; an answer may need a second on a machine with other work. */
const longestPauseMs = 9_999;

if (process.argv[1]?.endsWith('functions-host/main.ts')) {
  const { setTimeout: plain } = globalThis;
  const hurry = (ms: number): number => {
    if (ms < shortestMs) return ms;
    return ms <= longestPauseMs ? ms / 50 : ms / 10;
  };
  const hurried = (fn: () => void, ms = 0, ...args: []) => plain(fn, hurry(ms), ...args);
  globalThis.setTimeout = Object.assign(hurried, plain) as typeof setTimeout;
}

export {};
