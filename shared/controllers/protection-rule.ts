/**
 * A custom deployment protection rule of GitHub: which deployment waits, and which version it means. Pure.
 *
 * Owns: what of a webhook is believed. Does not own: whose it is (github-signature.ts), the answer (dispatch), calling back
 * (review-deployment.ts).
 *
 * Sources: GitHub, "Webhook events and payloads", `deployment_protection_rule`; "Creating custom deployment protection rules".
 *
 * Invariants
 * 1. The address to call back is made from our own setting: the one that the webhook names is compared, never used.
 * 2. A deployment whose version cannot be told is rejected, not passed over: the rule stands before this environment.
 */
import { z } from 'zod';
import { RatchetError } from '../errors.ts';
import { questionFields } from './question.ts';

/** GitHub sends far more; that is left alone. */
export const ProtectionRuleSchema = z.looseObject({
  action: z.string().max(100),
  environment: z.string().min(1).max(255),
  deployment_callback_url: z.string().max(500),
  deployment: z.looseObject({
    id: z.int().nonnegative(),
    ref: z.string().min(1).max(255),
    payload: z.unknown(),
  }),
  repository: z.looseObject({ full_name: z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/) }),
  installation: z.looseObject({ id: z.int().positive() }).optional(),
});

export interface WaitingDeployment {
  readonly repository: string;
  /** Of the workflow run. */
  readonly runId: string;
  readonly environment: string;
  /** Of the GitHub App; null: it was no app that sent it. */
  readonly installationId: number | null;
}

interface Question {
  readonly model: string;
  readonly version: string;
  readonly stage: string;
}

export interface DeploymentAsked {
  readonly deployment: WaitingDeployment;
  /** Or why none can be told. */
  readonly question: Question | { readonly problem: string };
}

/** Throws `forbidden` where it is to be called back elsewhere than at `apiUrl`. */
export function readProtectionRule(
  event: z.infer<typeof ProtectionRuleSchema>,
  apiUrl: string,
): DeploymentAsked {
  const { full_name: repository } = event.repository;
  const prefix = `${apiUrl}/repos/${repository}/actions/runs/`.toLowerCase();
  const url = event.deployment_callback_url.toLowerCase();
  const [, runId] = /^(\d{1,20})\/deployment_protection_rule$/.exec(url.slice(prefix.length)) ?? [];
  if (!url.startsWith(prefix) || runId === undefined) {
    throw new RatchetError(
      'forbidden',
      `deployment_callback_url: ${JSON.stringify(event.deployment_callback_url.slice(0, 200))} is no run of ${repository} at RATCHET_GITHUB_URL; nothing is called back elsewhere`,
    );
  }
  const { environment, installation } = event;
  return {
    deployment: { repository, runId, environment, installationId: installation?.id ?? null },
    question: findQuestion(event),
  };
}

const PayloadSchema = z.looseObject({ ratchet: z.unknown() });
const QuestionSchema = z.strictObject(questionFields);

/** A deployment that was made over the API says it in its payload; one of a workflow by its environment and its tag. */
function findQuestion({
  environment,
  deployment,
}: z.infer<typeof ProtectionRuleSchema>): DeploymentAsked['question'] {
  const { data } = PayloadSchema.safeParse(deployment.payload);
  if (data?.ratchet !== undefined) {
    const said = QuestionSchema.safeParse(data.ratchet);
    if (said.success) return said.data;
    const [issue] = said.error.issues;
    return { problem: `payload.ratchet of the deployment: ${issue!.path.join('.')}: ${issue!.message}` };
  }
  const [, model, stage] = /^([^/]+)\/(.+)$/.exec(environment) ?? [];
  const [, tagged, version] = /^(?:refs\/tags\/)?([^/]+)\/([^/]+)$/.exec(deployment.ref) ?? [];
  const named = QuestionSchema.safeParse({ model, version, stage });
  if (named.success && tagged === model) return named.data;
  const seen = `${JSON.stringify(environment.slice(0, 100))} and ${JSON.stringify(deployment.ref.slice(0, 100))}`;
  return {
    problem: `the environment must be called MODEL/STAGE and the tag MODEL/VERSION, such as spam-filter/production and spam-filter/7; found ${seen}`,
  };
}
