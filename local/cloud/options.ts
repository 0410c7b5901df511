import { parseArgs } from 'node:util';
import { LocalError } from '../process/local-error.ts';

export const usage = `Runs the local cloud: Azure ML, Event Grid, Service Bus, storage, Log Analytics, managed identity and
pipelines on this machine.

  node local/cloud.ts --home DIR [options]

  --home DIR            folder for its state; created if absent. Ports, once chosen, are kept there
  --host-url URL        address of the Functions host (default http://127.0.0.1:7071)
  --host-key KEY        the host's system key for Event Grid, if it requires keys; better in RATCHET_HOST_KEY,
                        which the list of processes does not show
  --clock system|virtual  the machine's time, or the time set with PUT {control}/clock
  --clock-start ISO     start of a virtual clock, if HOME has none yet (default now)
  --retry-schedule JSON milliseconds between Event Grid's attempts (default: the documented schedule)
  --chaos JSON          {"drop": share, "duplicate": share, "delayMs": most, "shuffle": true, "seed": N}: Event Grid with faults
  --azure-pipelines DIR YAML files of the pipelines of Azure DevOps (default infra/azure-pipelines of this checkout)
  --debug               log debug entries too
  --help                this text
`;

export interface CloudOptions {
  readonly home: string;
  readonly hostUrl: string;
  readonly hostKey: string | null;
  readonly clock: 'system' | 'virtual';
  readonly clockStart: string | null;
  readonly retryScheduleMs: readonly number[] | null;
  readonly chaos: { drop: number; duplicate: number; delayMs: number; shuffle: boolean; seed: number } | null;
  /** Null: that of this checkout. */
  readonly azurePipelines: string | null;
  readonly debug: boolean;
}

/** Null: the caller asked for help. */
export function readOptions(args: readonly string[]): CloudOptions | null {
  const values = parse(args);
  if (values.help) return null;
  if (!values.home) throw wrong('--home DIR is missing; see --help');
  const clock = values.clock ?? process.env['RATCHET_CLOCK'] ?? 'system';
  if (clock !== 'system' && clock !== 'virtual')
    throw wrong(`--clock: expected system or virtual, got ${quote(clock)}`);
  return {
    home: values.home,
    hostUrl: (values['host-url'] ?? 'http://127.0.0.1:7071').replace(/\/+$/, ''),
    hostKey: values['host-key'] ?? process.env['RATCHET_HOST_KEY'] ?? null,
    clock,
    clockStart: values['clock-start'] ?? null,
    retryScheduleMs: readSchedule(values['retry-schedule']),
    chaos: readChaos(values.chaos),
    azurePipelines: values['azure-pipelines'] ?? null,
    debug: values.debug ?? false,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    home: text,
    'host-url': text,
    'host-key': text,
    clock: text,
    'clock-start': text,
    'azure-pipelines': text,
    'retry-schedule': text,
    chaos: text,
    debug: flag,
    help: flag,
  };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw wrong(`${error instanceof Error ? error.message : String(error)}; see --help`);
  }
}

function readSchedule(text: string | undefined): readonly number[] | null {
  if (text === undefined) return null;
  const value = readJson('--retry-schedule', text);
  const isSchedule =
    Array.isArray(value) && value.length > 0 && value.every((ms) => Number.isInteger(ms) && ms > 0);
  if (!isSchedule)
    throw wrong(`--retry-schedule: expected milliseconds such as [200,500], got ${quote(text)}`);
  return value as number[];
}

function readChaos(text: string | undefined): CloudOptions['chaos'] {
  if (text === undefined) return null;
  const value = readJson('--chaos', text);
  if (typeof value !== 'object' || value === null)
    throw wrong(`--chaos: expected a JSON object, got ${quote(text)}`);
  const {
    drop = 0,
    duplicate = 0,
    delayMs = 0,
    shuffle = false,
    seed = 1,
    ...rest
  } = value as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined)
    throw wrong(`--chaos: unknown field ${quote(unknown)}; known: drop, duplicate, delayMs, shuffle, seed`);
  return {
    drop: Number(drop),
    duplicate: Number(duplicate),
    delayMs: Number(delayMs),
    shuffle: Boolean(shuffle),
    seed: Number(seed),
  };
}

function readJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong(`${option}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const quote = (text: string): string => JSON.stringify(text);
const wrong = (message: string): LocalError => new LocalError('options', message);
