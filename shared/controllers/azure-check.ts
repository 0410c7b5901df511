/**
 * A check of Azure Pipelines on a protected resource, in callback mode: who has called, and how the decision is called back.
 *
 * Owns: what of a call is believed, what is sent back, and how often it is tried. Does not own: the answer (dispatch), the
 * exchange (rest.ts).
 *
 * Sources: "Invoke Azure Function / REST API checks" of Azure DevOps (headers; the call is acknowledged within 3 seconds, then
 * the decision is called back; `AuthToken` lasts 48 hours; with a time between evaluations, a check that has failed is
 * evaluated again until its timeout, 2,000 times at most) and "Events - Post Event" (REST, 2.0-preview.1: `TaskCompleted`).
 *
 * Invariants
 * 1. The token goes to the configured organization alone: the address that a call names is compared, never used.
 * 2. The token is in the memory of one call, and nowhere else: no history, log, ledger or error has it. What waits is therefore
 *    not kept for later: it is called back as failed, and the service evaluates the check again, with a new token.
 * 3. `succeeded` is called back for `yes` alone. Where nothing is called back, the stage is skipped: nothing gets through.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { RatchetError } from '../errors.ts';
import type { Rest } from '../release/channels/rest.ts';
import { questionFields, type ToldAnswer } from './question.ts';

export const AzureCheckSchema = z.strictObject(questionFields);

/** Which task of which plan waits. */
interface WaitingCheck {
  readonly projectId: string;
  readonly hub: string;
  readonly planId: string;
  readonly jobId: string;
  readonly taskId: string;
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const forms = {
  planurl: /^\S{1,2000}$/,
  projectid: guid,
  hubname: /^[a-z]{1,40}$/i,
  planid: guid,
  jobid: guid,
  taskinstanceid: guid,
  authtoken: /^[\x21-\x7e]{20,16000}$/,
} as const;

/** Throws `bad-request` where a header is missing or of no such form, and `forbidden` for another organization than ours. */
export function readCheck(
  headers: { get(name: string): string | null },
  organizationUrl: string,
): { readonly check: WaitingCheck; readonly token: string } {
  const read = (name: keyof typeof forms): string => {
    const value = headers.get(name) ?? '';
    if (forms[name].test(value)) return value;
    const seen = value === '' ? 'nothing' : `${value.length} characters of another form`;
    throw new RatchetError(
      'bad-request',
      `header ${name}: found ${seen}; leave the headers of the check as Azure Pipelines has them, and its completion event on Callback: docs/foreign-controllers.md`,
    );
  };
  const planUrl = read('planurl');
  if (!isSameAddress(planUrl, organizationUrl)) {
    throw new RatchetError(
      'forbidden',
      `header planurl: ${JSON.stringify(planUrl.slice(0, 200))} is not the organization in RATCHET_AZURE_DEVOPS_URL; nothing is called back elsewhere`,
    );
  }
  const [projectId, hub, planId] = [read('projectid'), read('hubname'), read('planid')];
  const [jobId, taskId, token] = [read('jobid'), read('taskinstanceid'), read('authtoken')];
  return { check: { projectId, hub, planId, jobId, taskId }, token };
}

/** Azure DevOps puts a slash at the end, and does not tell capital letters apart. */
function isSameAddress(given: string, own: string): boolean {
  const plain = (url: string) => url.replace(/\/+$/, '').toLowerCase();
  return plain(given) === plain(own);
}

/** What is said back; what waits is evaluated again by the service. */
export const resultOf = ({ usable }: ToldAnswer): 'succeeded' | 'failed' =>
  usable === 'yes' ? 'succeeded' : 'failed';

/** The first pause has the answer to the call go out before. */
const pausesMs = [500, 2_000, 8_000, 30_000];

/** Calls the decision back. Throws where Azure DevOps refuses it, or is away for longer than is tried. */
export async function callBack(
  rest: Pick<Rest, 'send'>,
  { projectId, hub, planId, jobId, taskId }: WaitingCheck,
  result: 'succeeded' | 'failed',
  pauses: readonly number[] = pausesMs,
): Promise<void> {
  for (const [tries, pauseMs] of pauses.entries()) {
    await sleep(pauseMs);
    try {
      await rest.send({
        ...{ asked: `check ${taskId} of plan ${planId}`, subject: { plan: planId }, method: 'POST' },
        path: `/${projectId}/_apis/distributedtask/hubs/${hub}/plans/${planId}/events`,
        query: { 'api-version': '2.0-preview.1' },
        body: { name: 'TaskCompleted', taskId, jobId, result },
        isBarredForGood: true,
      });
      return;
    } catch (error) {
      const isLast = tries === pauses.length - 1;
      if (isLast || !(error instanceof RatchetError && error.retryable)) throw error;
    }
  }
}

/** What is to be done about a refusal. */
export function adviseCheck(status: number): string {
  return status === 401 || status === 403
    ? 'the token of the check is expired, or not of this plan'
    : status === 404
      ? 'the plan is over, or was cancelled'
      : '';
}
