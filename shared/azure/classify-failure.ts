/**
 * Why a job failed, by the error that the run history keeps of it. Pure.
 *
 * Sources: the error of a run is an ErrorResponse whose root has a code (ServiceError, UserError, ValidationError,
 * AzureStorageError, TransientError, RequestThrottled), a message and nested inner errors, of which a reader takes the deepest
 * that it knows (azureml-sdk, RootError; kedro-azureml issue 6 has one whole). The compute's own code stands in the message,
 * behind its first line: PreemptionError (azure-docs issue 66288, MLOpsPython issue 346), JobFailed (azure-cli-extensions
 * issue 3574), JobNodeCountExceedsCoreQuota (mslearn-dp100 issue 35), ClusterMinNodesExceedCoreQuota (ansible azure pull
 * 2209), ScriptExecution.StreamAccess.Throttling (MachineLearningNotebooks issue 1007); AllocationFailed, SkuNotAvailable
 * and QuotaExceeded are those of Azure's machines.
 */
import type { FailureKind } from '../domain/job-attempt.ts';

/** An error as the run history has it. */
export interface JobError {
  /** From the root to the deepest, the compute's own last. */
  readonly codes: readonly string[];
  readonly message: string;
}

/** Of a code, or its last part after a dot: the first kind that fits. */
const kinds: readonly (readonly [FailureKind, RegExp])[] = [
  ['preempted', /^(?:PreemptionError|NodePreempted)$/i],
  [
    'capacity',
    /^(?:\w*Exceeds?CoreQuota|\w*CoreQuotaReached|QuotaExceeded|OperationNotAllowedQuota|\w*AllocationFailed|OverconstrainedAllocationRequest|SkuNotAvailable|InsufficientCapacity)$/i,
  ],
  ['throttled', /^(?:\w*Requests?Throttled|TooManyRequests|Throttling(?:Exception)?)$/i],
  [
    'code',
    /^(?:JobFailed|ExecutionFailed|JobTimeout|ProgramNotStarted|InputNotFound|CodeNotFound|OutputMissing|OutputRefused|UserError|UserErrorException|ValidationError)$/i,
  ],
  ['platform', /^(?:ServiceError|SystemError|TransientError|AzureStorageError|InternalServerError)$/i],
];

/** Undefined where no code of the error is known. */
export function classifyFailure({ codes }: JobError): FailureKind | undefined {
  for (const code of codes.toReversed()) {
    const last = code.slice(code.lastIndexOf('.') + 1);
    const found = kinds.find(([, pattern]) => pattern.test(last));
    if (found) return found[0];
  }
  return undefined;
}

/** Reads the `error` of a run's details, in whatever casing its fields come; null where there is none. */
export function readJobError(raw: unknown): JobError | null {
  const root = field(raw, 'error');
  if (root === undefined) return null;
  const codes: string[] = [];
  for (let error: unknown = root, depth = 0; error !== undefined && depth < 20; depth++) {
    const code = field(error, 'code');
    if (typeof code === 'string' && code !== '') codes.push(code);
    error = field(error, 'innerError');
  }
  const message = String(field(root, 'message') ?? '');
  const own = codeInMessage(message);
  return { codes: own === null ? codes : [...codes, own], message: message.replace(computeLine, '') };
}

const computeLine = /^AzureMLCompute job failed\.?\s+/;

/** What the compute puts before its words; further down it may be the job's own output that is quoted. */
function codeInMessage(message: string): string | null {
  const [, named] = /^AzureMLCompute job failed\.?\s+([A-Za-z][A-Za-z.]*): /.exec(message) ?? [];
  if (named !== undefined) return named;
  const [, status] = /^Job submission to .{1,80} with status code ([A-Za-z]+)/.exec(message) ?? [];
  if (status !== undefined) return status;
  return /^(?:\{"NonCompliant":")?Execution failed\. User process/.test(message) ? 'ExecutionFailed' : null;
}

/** Null counts as absent. */
function field(of: unknown, name: string): unknown {
  if (typeof of !== 'object' || of === null) return undefined;
  const found = Object.entries(of).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return found?.[1] ?? undefined;
}
