import type { FailureDetails } from './history.ts';

/** What an orchestrator function hands back each turn, success or throw: its whole list of actions since the start. */

export interface RetryOptions {
  readonly firstRetryIntervalInMilliseconds: number;
  readonly maxNumberOfAttempts: number;
  readonly backoffCoefficient?: number;
  readonly maxRetryIntervalInMilliseconds?: number;
  readonly retryTimeoutInMilliseconds?: number;
}

export const ActionType = {
  CallActivity: 0,
  CallActivityWithRetry: 1,
  CallSubOrchestrator: 2,
  CallSubOrchestratorWithRetry: 3,
  ContinueAsNew: 4,
  CreateTimer: 5,
  WaitForExternalEvent: 6,
  CallEntity: 7,
  CallHttp: 8,
  SignalEntity: 9,
  WhenAny: 11,
  WhenAll: 12,
  LockEntities: 13,
  ReleaseEntities: 14,
} as const;

interface FunctionCall {
  readonly functionName: string;
  readonly input?: unknown;
}

interface SubOrchestratorCall extends FunctionCall {
  readonly instanceId?: string | null;
  readonly version?: string | null;
}

interface EntityOperation {
  /** `@name@key` */
  readonly instanceId: string;
  readonly operation: string;
  readonly input?: unknown;
}

export interface HttpCall {
  readonly method: string;
  readonly uri: string;
  readonly content?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly asynchronousPatternEnabled?: boolean;
  readonly tokenSource?: unknown;
}

export type Action =
  | (FunctionCall & { readonly actionType: typeof ActionType.CallActivity })
  | (FunctionCall & {
      readonly actionType: typeof ActionType.CallActivityWithRetry;
      readonly retryOptions: RetryOptions;
    })
  | (SubOrchestratorCall & { readonly actionType: typeof ActionType.CallSubOrchestrator })
  | (SubOrchestratorCall & {
      readonly actionType: typeof ActionType.CallSubOrchestratorWithRetry;
      readonly retryOptions: RetryOptions;
    })
  | { readonly actionType: typeof ActionType.ContinueAsNew; readonly input?: unknown }
  | {
      readonly actionType: typeof ActionType.CreateTimer;
      readonly fireAt: string;
      /** Changes while the timer waits. */
      isCanceled: boolean;
    }
  | { readonly actionType: typeof ActionType.WaitForExternalEvent; readonly externalEventName: string }
  | (EntityOperation & { readonly actionType: typeof ActionType.CallEntity | typeof ActionType.SignalEntity })
  | { readonly actionType: typeof ActionType.CallHttp; readonly httpRequest: HttpCall }
  | {
      readonly actionType: typeof ActionType.WhenAny | typeof ActionType.WhenAll;
      readonly compoundActions: readonly Action[];
    }
  | {
      readonly actionType: typeof ActionType.LockEntities;
      readonly lockSet: readonly { readonly name: string; readonly key: string }[];
    }
  | { readonly actionType: typeof ActionType.ReleaseEntities };

export interface OrchestratorResult {
  readonly isDone: boolean;
  readonly actions: readonly (readonly Action[])[];
  readonly output?: unknown;
  /** Present when the orchestrator threw an Error with a message. */
  readonly error?: string;
  readonly customStatus?: unknown;
  /** Present when the orchestrator let a task's failure with details pass: they go on to its parent. */
  readonly failureDetails?: FailureDetails;
}

const marker = '$OutOfProcData$:';

/** Whether what was thrown carries a result: only the library's own failures do. */
export function carriesResult(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.includes(marker);
}

/**
 * Reads the result out of what an orchestrator function threw: the library appends its state to the message. Any
 * other failure (the library refused the history, the function is broken) ends the orchestration with its message.
 */
export function readThrownResult(thrown: unknown): OrchestratorResult {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const at = message.indexOf(marker);
  if (at < 0) return { isDone: false, actions: [], error: message || 'no message' };
  return JSON.parse(message.slice(at + marker.length)) as OrchestratorResult;
}
