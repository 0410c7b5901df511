/**
 * Loaded into the processes of a world under the virtual clock (`NODE_OPTIONS=--import …`): what the host's clients pause
 * between their own tries passes ten times as fast. Virtual time stands still meanwhile, and an hour's outage would
 * take minutes of nothing else.
 */
const factor = 10;
const shortestMs = 400;

if (process.argv[1]?.endsWith('functions-host/main.ts')) {
  const { setTimeout: plain } = globalThis;
  const hurried = (fn: () => void, ms = 0, ...args: []) =>
    plain(fn, ms < shortestMs ? ms : ms / factor, ...args);
  globalThis.setTimeout = Object.assign(hurried, plain) as typeof setTimeout;
}

export {};
