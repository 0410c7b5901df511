/** Which triggers and bindings this host has, and the look of a registered function to the rest of the host. */

import { errorText, LocalError } from '../../process/local-error.ts';
import type { Binding, RegisteredFunction } from '../contract.ts';
import { resolveExpressions } from '../settings.ts';
import type { CoreFunctionMetadata } from './core-api.ts';
import { readRetryOptions } from './retry-options.ts';

const triggers = new Set(
  [
    ...['httpTrigger', 'timerTrigger', 'eventGridTrigger', 'serviceBusTrigger', 'blobTrigger'],
    ...['orchestrationTrigger', 'activityTrigger', 'entityTrigger'],
  ].map((type) => type.toLowerCase()),
);
const inputs = new Set(['durableclient', 'orchestrationclient']);
const outputs = new Set(['http']);

/** Options in which `%NAME%` stands for a setting. */
const expressionOptions = [
  'queueName',
  'topicName',
  'subscriptionName',
  'schedule',
  'connection',
  'route',
  'path',
];

function isTriggerType(type: string): boolean {
  return type.toLowerCase().endsWith('trigger');
}

export function isDurableClient(binding: Binding): boolean {
  return inputs.has(binding.type.toLowerCase());
}

/** A function that this host has no part for, where the real host has. */
export class UnsupportedFunctionError extends LocalError {
  constructor(functionName: string, reason: string) {
    super('binding', `function ${functionName}: ${reason}`);
  }
}

/** Turns what the library registered into a function of this host, or says which binding it has no part for. */
export function toRegisteredFunction(metadata: CoreFunctionMetadata): RegisteredFunction {
  const bindings = Object.entries(metadata.bindings).map(([name, binding]) =>
    toBinding(metadata.name, name, binding),
  );
  const trigger = bindings.find((binding) => isTriggerType(binding.type));
  if (trigger === undefined) {
    throw new LocalError('binding', `function ${metadata.name}: has no trigger; give it one`);
  }
  for (const binding of bindings) requireSupported(metadata.name, binding, binding === trigger);
  requireBlobSource(metadata.name, trigger);
  const retryOptions = metadata.retryOptions ?? undefined;
  if (retryOptions !== undefined) requireRetryOptions(metadata.name, retryOptions);
  return { name: metadata.name, trigger, bindings, ...(retryOptions === undefined ? {} : { retryOptions }) };
}

function requireRetryOptions(functionName: string, raw: unknown): void {
  try {
    readRetryOptions(raw);
  } catch (error) {
    throw new LocalError('binding', `function ${functionName}: ${errorText(error)}`, error);
  }
}

function toBinding(functionName: string, name: string, raw: { type: string; direction: string }): Binding {
  const binding: Record<string, unknown> = { ...raw };
  for (const option of expressionOptions) {
    const value = binding[option];
    if (typeof value === 'string') {
      binding[option] = resolveExpressions(value, `function ${functionName}: ${option}`);
    }
  }
  return { ...binding, type: raw.type, name, direction: raw.direction as Binding['direction'] };
}

function requireSupported(functionName: string, binding: Binding, isTrigger: boolean): void {
  const type = binding.type.toLowerCase();
  const [kind, supported] = isTrigger
    ? (['trigger', triggers] as const)
    : binding.direction === 'in'
      ? (['input binding', inputs] as const)
      : (['output binding', outputs] as const);
  if (supported.has(type)) return;
  throw new UnsupportedFunctionError(
    functionName,
    `${kind} type ${binding.type} is not supported by the embedded host, which supports ${[...supported].join(', ')}. ` +
      "Use a client in the function's code, run the app on the real host, or go on with the other functions: " +
      '--skip-unsupported',
  );
}

/** The default source of blob triggers scans containers, which this host does not. */
function requireBlobSource(functionName: string, { type, source }: Binding): void {
  if (type.toLowerCase() !== 'blobtrigger' || String(source).toLowerCase() === 'eventgrid') return;
  const seen = source === undefined ? "the default, 'LogsAndContainerScan'" : JSON.stringify(source);
  throw new UnsupportedFunctionError(
    functionName,
    `source: the embedded host does not scan containers, got ${seen}; ` +
      "set source: 'EventGrid' and subscribe its webhook to the storage account, " +
      'or go on with the other functions: --skip-unsupported',
  );
}
