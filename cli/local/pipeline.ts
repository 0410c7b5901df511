import { parseDurationMs } from '../../shared/config/duration.ts';
import { readArgs, UsageError } from '../command.ts';
import { printJson } from '../service.ts';
import { findRunningCloud } from './running-cloud.ts';

interface LocalRun {
  readonly id: number;
  readonly state: string;
  readonly result: string | null;
  readonly queuedMs: number;
  readonly parameters: Readonly<Record<string, string>>;
}

const ends = ['succeeded', 'failed', 'canceled'];

export async function pipeline(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, {
    ends: { type: 'string' },
    takes: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new UsageError('name exactly one pipeline');
  if (!/^[A-Za-z0-9._-]{1,200}$/.test(name))
    throw new UsageError(
      `the name of a pipeline must be letters, digits, dots, underscores and hyphens; got ${JSON.stringify(name)}`,
    );
  const plan = readPlan(values.ends, values.takes);
  const { cloud } = findRunningCloud();
  const response = await fetch(`${cloud.control}/pipelines/${name}`, {
    ...(plan && {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(plan),
    }),
  });
  if (!response.ok) throw new Error(`the local cloud answered ${response.status}: ${await response.text()}`);
  const runs = (await response.json()) as readonly LocalRun[];
  if (values.json) printJson({ pipeline: name, runs });
  else
    console.log(
      [...(plan ? [`From now on runs of ${name} end as set.`] : []), ...describe(name, runs)].join('\n'),
    );
  return 0;
}

/** Null: nothing is to be changed. */
function readPlan(end: string | undefined, takes: string | undefined): object | null {
  if (end !== undefined && !ends.includes(end))
    throw new UsageError(`--ends is one of ${ends.join(', ')}; got ${JSON.stringify(end)}`);
  const takesMs = takes === undefined ? undefined : parseDurationMs(takes);
  if (takesMs === null)
    throw new UsageError(`--takes is a duration such as PT30S; got ${JSON.stringify(takes)}`);
  if (end === undefined && takesMs === undefined) return null;
  return { ...(end !== undefined && { ends: end }), ...(takesMs !== undefined && { takesMs }) };
}

function describe(name: string, runs: readonly LocalRun[]): string[] {
  if (runs.length === 0) return [`${name} has not run yet.`];
  return runs.slice(-20).map(({ id, state, result, queuedMs, parameters }) => {
    const bears = parameters['ratchetRelease'] ?? parameters['ratchetJob'] ?? 'no release';
    return `${id}  ${new Date(queuedMs).toISOString()}  ${result ?? state}  ${bears}`;
  });
}
