/**
 * Deliberate unkindness for tests and the demo: how a job may fail for no fault of its own, made certain.
 *
 * They last until others are put in their place, or until the workspace stops.
 */
import { z } from 'zod';
import { userError } from '../http/service-error.ts';
import { problemsOf } from './details.ts';
import { JobFailure } from './job-runner/failure.ts';

const kinds = ['preempted', 'capacity', 'throttled', 'platform'] as const;
const FaultsSchema = z.strictObject({
  faults: z.array(
    z.strictObject({
      /** What the names of jobs begin with; a step of a pipeline goes by `PIPELINE/STEP`. */
      job: z.string().min(1),
      kind: z.enum(kinds),
      /** So many of the next jobs; 1 when omitted. */
      times: z.int().min(1).default(1),
    }),
  ),
});

type Kind = (typeof kinds)[number];

/** The code that the compute or the service gives, with what it says. Sources: shared/azure/classify-failure.ts. */
const failures: Readonly<Record<Kind, readonly [code: string, message: string]>> = {
  preempted: ['PreemptionError', 'the machine was taken away while the job ran'],
  capacity: ['JobNodeCountExceedsCoreQuota', 'the quota of the subscription holds no further machine'],
  throttled: ['RequestThrottled', 'too many requests; try again later'],
  platform: ['ServiceError', 'the machine could not be prepared'],
};

export class JobFaults {
  readonly #active: { readonly job: string; readonly kind: Kind; times: number }[] = [];

  /** Puts `{"faults": [...]}` in place of those before. Throws a UserError that lists every problem. */
  replace(body: unknown): void {
    const parsed = FaultsSchema.safeParse(body);
    if (!parsed.success) throw userError(`The faults cannot be read: ${problemsOf('body', parsed.error)}`);
    this.#active.splice(0, Number.POSITIVE_INFINITY, ...parsed.data.faults);
  }

  /** What befalls an attempt of a job; it counts. `whileItRuns`: its process has begun before. */
  take(job: string): { readonly failure: JobFailure; readonly whileItRuns: boolean } | null {
    const fault = this.#active.find((one) => one.times > 0 && job.startsWith(one.job));
    if (!fault) return null;
    fault.times -= 1;
    return { failure: new JobFailure(...failures[fault.kind]), whileItRuns: fault.kind === 'preempted' };
  }
}

/**
 * An error as the run history has it: a root with the service's code, the compute's own in the message or in an inner error.
 * Source: kedro-azureml issue 6, which has a whole one.
 */
export function historyError({ code, message }: { readonly code: string; readonly message: string }): object {
  const ofService = ['ServiceError', 'SystemError'].includes(code) ? 'ServiceError' : null;
  const root = ofService ?? (code === 'RequestThrottled' ? code : 'UserError');
  const isOfCompute = code === 'PreemptionError';
  const text = isOfCompute
    ? `AzureMLCompute job failed.\n${code}: ${message}`
    : code === 'JobNodeCountExceedsCoreQuota'
      ? `Job submission to AzureML Compute encountered an Exception with status code ${code}, ${message}`
      : message;
  return {
    error: {
      ...{ code: root, severity: null, message: text, messageFormat: null, messageParameters: null },
      ...{ referenceCode: null, detailsUri: null, target: null, details: [] },
      innerError: isOfCompute || root === code ? null : { code, innerError: null },
      ...{ debugInfo: null, additionalInfo: null },
    },
    ...{ correlation: null, environment: 'local', location: 'local', time: null, componentName: 'local' },
  };
}
