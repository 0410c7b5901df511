/**
 * Webhooks of Flagger: what is asked, and which status says what. Pure.
 *
 * Owns: which types of hooks are gates, and the status of each answer. Does not own: the answer, the route.
 *
 * Sources, fluxcd/flagger: docs "Webhooks"; pkg/controller/webhook.go (the payload; a status above 202 is a failure, its body
 * the error; 429 and 5xx are sent again where `retries` says so); pkg/controller/scheduler_hooks.go (a confirm hook that fails
 * halts and is asked again at every interval; pre-rollout and rollout hooks that fail count towards `threshold`, and then the
 * canary is rolled back; a rollback hook that *succeeds* rolls back). Older versions do not name the `type` in the payload: there,
 * nobody can tell a hook that lets through from one that rolls back.
 *
 * Invariant: nothing but `yes` is a success, but for a rollback hook, for which nothing but `no` is.
 */
import { z } from 'zod';
import { questionFields, type ToldAnswer } from './question.ts';

const types = [
  ...['confirm-rollout', 'confirm-promotion', 'confirm-traffic-increase', 'pre-rollout', 'rollout'],
  'rollback',
];

/** Flagger adds fields of its own to both levels, more of them with each version: those are left alone. */
export const FlaggerHookSchema = z.looseObject({
  /** Of the canary. */
  name: z.string().max(253),
  namespace: z.string().max(253),
  type: z
    .enum(types, {
      error: `expected one of ${types.join(', ')}: other hooks ask nothing, and need no answer from here`,
    })
    .optional(),
  metadata: z.looseObject(questionFields),
});

/** `wait` is 409 and `no` 403: Flagger takes both for a failure, and sends neither again by itself. */
const statusOf = { yes: 200, wait: 409, no: 403 } as const;

/** Whoever asks whether to roll back is told to by success. */
export function flaggerStatus(type: string | undefined, { usable }: ToldAnswer): number {
  if (type !== 'rollback') return statusOf[usable];
  return usable === 'no' ? 200 : 409;
}
