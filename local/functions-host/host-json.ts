/**
 * host.json, as far as it applies to this host. What the real host knows and this one has no use for is let through;
 * what neither knows is warned of, because it is most often a slip of the pen.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { LocalError } from '../process/local-error.ts';
import type { DurableSettings } from './contract.ts';
import { findUnusedFields } from './host-json-fields.ts';
import { describeIssues, readJson } from './settings.ts';
import { parseTimeSpan } from './time-span.ts';

const cores = availableParallelism();
const minuteMs = 60_000;

/** A `hh:mm:ss` duration, in milliseconds once read. */
const durationMs = z
  .string()
  .refine((text) => parseTimeSpan(text) !== null, 'expected a duration such as "00:05:00"')
  .transform((text) => parseTimeSpan(text) ?? 0);

/** A duration, or "-1" for none: null once read. */
const limitMs = z
  .string()
  .refine(
    (text) => text === '-1' || parseTimeSpan(text) !== null,
    'expected a duration such as "00:05:00", or "-1"',
  )
  .transform((text) => (text === '-1' ? null : parseTimeSpan(text)));

/** One of some names, in any case as .NET reads them. */
function choice<const Name extends string>(...names: readonly Name[]) {
  const found = (text: string): Name | undefined =>
    names.find((name) => name.toLowerCase() === text.toLowerCase());
  return z
    .string()
    .refine((text) => found(text) !== undefined, `expected ${names.join(' or ')}`)
    .transform((text) => found(text) as Name);
}

const DurableTaskSchema = z.looseObject({
  /** Task hub; shown in URLs. Default: the value of WEBSITE_SITE_NAME, else TestHubName, as in the real host. */
  hubName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9]{2,44}$/, 'expected 3 to 45 letters and digits, the first a letter')
    .optional(),
  /** Activities at once. Default: 10 for each core. */
  maxConcurrentActivityFunctions: z
    .int()
    .min(1)
    .default(10 * cores),
  /** Orchestrator and entity turns at once. Default: 10. */
  maxConcurrentOrchestratorFunctions: z.int().min(1).default(10),
  /** Version of every orchestration whose starter names none. Default: none. */
  defaultVersion: z.string().default(''),
  /** Which versions run here. Default: CurrentOrOlder where there is a default version, else None. */
  versionMatchStrategy: choice('None', 'Strict', 'CurrentOrOlder').optional(),
  /** What becomes of an orchestration of another version: left as it is, or failed. Default: Reject. */
  versionFailureStrategy: choice('Reject', 'Fail').default('Reject'),
  /** Whether a start may replace an orchestration that has not ended. Default: NonRunningStates, it may not. */
  overridableExistingInstanceStates: choice('NonRunningStates', 'AnyState').default('NonRunningStates'),
});

const ServiceBusSchema = z.looseObject({
  /** Messages in hand at once, for each trigger. Default: 16 for each core. */
  maxConcurrentCalls: z
    .int()
    .min(1)
    .default(16 * cores),
  /** Sessions in hand at once, for each trigger. Default: 8. */
  maxConcurrentSessions: z.int().min(1).default(8),
  /** How long a message's lock is renewed while its function runs. Default: 5 minutes. */
  maxAutoLockRenewalDuration: durationMs.default(5 * minuteMs),
  /** Complete a message when its function returns. Default: true. */
  autoCompleteMessages: z.boolean().default(true),
  /** Most messages handed to a function of cardinality "many" at once. Default: 1000. */
  maxMessageBatchSize: z.int().min(1).default(1000),
});

const HttpSchema = z.looseObject({
  /** First part of every HTTP route; empty for none. Default: "api". */
  routePrefix: z.string().default('api'),
  /** Headers added to every response of a function. Default: none. */
  customHeaders: z.record(z.string(), z.string()).default({}),
});

const HostJsonSchema = z.looseObject({
  version: z.literal('2.0', 'expected "2.0"').optional(),
  /** Longest an invocation may take; "-1" for no limit. Default: 30 minutes. */
  functionTimeout: limitMs.default(30 * minuteMs),
  /** Run only these functions. Default: all. */
  functions: z.array(z.string()).optional(),
  extensions: z
    .looseObject({
      http: HttpSchema.prefault({}),
      durableTask: DurableTaskSchema.prefault({}),
      serviceBus: ServiceBusSchema.prefault({}),
    })
    .prefault({}),
});

export type ServiceBusSettings = z.infer<typeof ServiceBusSchema>;

export interface HostJson {
  readonly routePrefix: string;
  readonly customHeaders: Readonly<Record<string, string>>;
  /** Null: no limit. */
  readonly functionTimeoutMs: number | null;
  /** Null: every function. */
  readonly onlyFunctions: readonly string[] | null;
  readonly durableTask: DurableSettings;
  readonly serviceBus: ServiceBusSettings;
  /** Fields that neither the real host nor this one knows. */
  readonly warnings: readonly string[];
  /** Settings of the real host that have no effect here. */
  readonly notices: readonly string[];
}

/** Reads `host.json` of an app folder. */
export function readHostJson(appDirectory: string): HostJson {
  const file = join(appDirectory, 'host.json');
  if (!existsSync(file)) {
    throw new LocalError(
      'host-json',
      `${file}: not found; a Functions app has one: {"version": "2.0"} is enough`,
    );
  }
  return parseHostJson(readJson(file, 'host-json'), file);
}

export function parseHostJson(content: unknown, file: string): HostJson {
  const parsed = HostJsonSchema.safeParse(content, { reportInput: true });
  if (!parsed.success) throw new LocalError('host-json', describeIssues(file, parsed.error));
  const { extensions, functions, functionTimeout } = parsed.data;
  const found = findUnusedFields(parsed.data);
  return {
    routePrefix: extensions.http.routePrefix.replace(/^\/+|\/+$/g, ''),
    customHeaders: extensions.http.customHeaders,
    functionTimeoutMs: functionTimeout,
    onlyFunctions: functions ?? null,
    durableTask: toDurableSettings(extensions.durableTask),
    serviceBus: extensions.serviceBus,
    warnings: found.unknown.map((path) => `${file}: ${path}: no such field; it has no effect`),
    notices:
      found.withoutEffect.length === 0
        ? []
        : [`${file}: without effect on the embedded host: ${found.withoutEffect.join(', ')}`],
  };
}

function toDurableSettings(section: z.infer<typeof DurableTaskSchema>): DurableSettings {
  const { defaultVersion, versionMatchStrategy, versionFailureStrategy } = section;
  return {
    hubName: section.hubName ?? process.env['WEBSITE_SITE_NAME'] ?? 'TestHubName',
    maxConcurrentActivityFunctions: section.maxConcurrentActivityFunctions,
    maxConcurrentOrchestratorFunctions: section.maxConcurrentOrchestratorFunctions,
    versioning: {
      defaultVersion,
      match: versionMatchStrategy ?? (defaultVersion === '' ? 'None' : 'CurrentOrOlder'),
      failure: versionFailureStrategy,
    },
    overridableExistingInstanceStates: section.overridableExistingInstanceStates,
  };
}
