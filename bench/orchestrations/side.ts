import type { Measuring } from '../measure/run-benchmark.ts';

/** One way of running the same chain: five steps, each adding one, each after the one before. */
export interface Side {
  readonly name: string;
  /** What has happened to a step's result before the next step begins. */
  readonly durability: string;
  /** Starts afresh, with an empty store in `home`. */
  start(home: string, measuring: Measuring): Promise<RunningSide>;
}

export interface RunningSide {
  /** Starts `count` chains at once and resolves when all have ended. This is what is timed. */
  runChains(count: number): Promise<void>;
  /** Rejects unless the side knows of `count` chains, each ended with 5. Absent where `runChains` sees the results. */
  check?(count: number): Promise<void>;
  /** Every process that works for the chains. */
  readonly pids: readonly number[];
  /** Harmless when it has stopped. */
  stop(): Promise<void>;
}

export const steps = 5;

export async function postJson(url: string, body: unknown): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${url} answered ${response.status}: ${await response.text()}`);
  return response;
}

/** Posts `count` times at once, each answered when its chain has ended. */
export async function postAndAwait(url: string, count: number): Promise<void> {
  const ends = Array.from({ length: count }, async () => (await postJson(url, 0)).json());
  for (const value of await Promise.all(ends)) requireResult(value);
}

export function requireResult(value: unknown): void {
  if (value !== steps)
    throw new Error(`a chain must end with ${steps}; it ended with ${JSON.stringify(value)}`);
}
