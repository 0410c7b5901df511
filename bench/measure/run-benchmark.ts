/**
 * What every benchmark of this folder does around its measuring.
 *
 * Owns: the command line (--json, --help), progress, the end of what was started, the exit code.
 * Does not own: what is measured, and how it is told to people.
 *
 * Invariants
 * 1. With --json, standard output holds one JSON document and nothing else.
 * 2. Whatever the measuring started is ended before the process is, on success, failure and Ctrl-C.
 * 3. Exit code 0: measured, however slow. 1: could not measure, or what was measured is wrong. 2: asked wrongly.
 */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { onInterrupt } from '../../local/launch/on-interrupt.ts';
import { requireNode24 } from '../../local/launch/require-node.ts';
import { describeMachine, type Machine, machineFacts } from './machine-facts.ts';

export interface Measuring {
  /** A line of progress, on standard error. */
  say(line: string): void;
  /** Whatever is started is deferred to this; it is disposed of last in, first out. */
  readonly ends: AsyncDisposableStack;
  /** Aborted on Ctrl-C. */
  readonly signal: AbortSignal;
}

interface Benchmark<Options extends ParseArgsOptionsConfig, Figures extends object> {
  /** As in `npm run bench:NAME`. */
  readonly name: string;
  readonly help: string;
  readonly options: Options;
  measure(values: Values<Options>, measuring: Measuring): Promise<Figures>;
  /** The figures for people. */
  tell(figures: Figures): string;
  /** What must not have been measured: said after the figures, and the benchmark fails. Null where nothing is wrong. */
  wrong?(figures: Figures): string | null;
}

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; strict: true }>
>['values'];

const commonHelp = `  --json            print one JSON document on standard output; progress goes to standard error
  --help            show this
`;

/** Asked wrongly: printed without a stack. */
export class UsageError extends Error {}

export async function runBenchmark<Options extends ParseArgsOptionsConfig, Figures extends object>(
  benchmark: Benchmark<Options, Figures>,
): Promise<void> {
  requireNode24(`npm run bench:${benchmark.name}`);
  try {
    process.exitCode = await run(benchmark);
  } catch (error) {
    const usage = error instanceof UsageError;
    const told = error instanceof Error ? (usage ? error.message : error.stack) : String(error);
    process.stderr.write(`bench:${benchmark.name}: ${usage ? '' : 'could not measure: '}${told}\n`);
    process.exitCode = usage ? 2 : 1;
  }
  // Into a pipe it is written later, and the end of the process would cut it off.
  await new Promise((written) => process.stdout.write('', written));
  // Sockets kept alive for servers that are gone must not hold the process.
  process.exit();
}

async function run<Options extends ParseArgsOptionsConfig, Figures extends object>(
  benchmark: Benchmark<Options, Figures>,
): Promise<number> {
  const { json, help, ...values } = readValues(benchmark.options);
  if (help) {
    process.stdout.write(`${benchmark.help}${commonHelp}`);
    return 0;
  }
  const machine = machineFacts();
  const figures = await measure(benchmark, values as Values<Options>);
  if (json) {
    const document = { benchmark: benchmark.name, measuredAt: new Date().toISOString(), machine, ...figures };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    process.stdout.write(`${heading(benchmark.name, machine)}\n\n${benchmark.tell(figures)}\n`);
  }
  const wrong = benchmark.wrong?.(figures) ?? null;
  if (wrong === null) return 0;
  process.stderr.write(`bench:${benchmark.name}: ${wrong}\n`);
  return 1;
}

async function measure<Options extends ParseArgsOptionsConfig, Figures extends object>(
  benchmark: Benchmark<Options, Figures>,
  values: Values<Options>,
): Promise<Figures> {
  const ends = new AsyncDisposableStack();
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => (ending ??= ends.disposeAsync());
  const stop = new AbortController();
  onInterrupt(() => {
    stop.abort(new Error('interrupted'));
    return end();
  });
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    return await benchmark.measure(values, { say, ends, signal: stop.signal });
  } finally {
    await end();
  }
}

function readValues(options: ParseArgsOptionsConfig): Record<string, unknown> {
  const common = {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ options: { ...options, ...common }, strict: true }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; see --help`);
  }
}

function heading(name: string, machine: Machine): string {
  return `bench:${name} on ${describeMachine(machine)}`;
}

/** A whole number given on the command line. */
export function readCount(name: string, text: string, least: number): number {
  const count = Number(text);
  if (text.trim() !== '' && Number.isInteger(count) && count >= least) return count;
  throw new UsageError(
    `--${name}: expected a whole number of at least ${least}, got ${JSON.stringify(text)}; see --help`,
  );
}
