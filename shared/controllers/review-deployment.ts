/**
 * Tells GitHub what becomes of a deployment that waits.
 *
 * Source: GitHub REST, "Review custom deployment protection rules for a workflow run": `state` approved or rejected, or none for
 * a status alone, of which a deployment takes ten; a comment of 1,024 characters at most.
 */
import type { Rest } from '../release/channels/rest.ts';
import type { WaitingDeployment } from './protection-rule.ts';

const longestComment = 1_000;

/** `state` null: a status alone. Errors: as of the exchange; who is not let in may be later, and is not refused for good. */
export async function reviewDeployment(
  rest: Pick<Rest, 'send'>,
  { repository, runId, environment }: WaitingDeployment,
  { state, comment }: { readonly state: 'approved' | 'rejected' | null; readonly comment: string },
): Promise<void> {
  await rest.send({
    ...{ asked: `deployment of run ${runId} of ${repository}`, subject: { repository, run: runId } },
    method: 'POST',
    path: `/repos/${repository}/actions/runs/${runId}/deployment_protection_rule`,
    body: {
      environment_name: environment,
      ...(state !== null && { state }),
      comment: comment.slice(0, longestComment),
    },
    isBarredForGood: false,
  });
}

/** What is to be done about a refusal. */
export function adviseReview(status: number): string {
  if (status === 401 || status === 403 || status === 404)
    return 'the app needs Deployments: read and write, and must be installed in the repository: docs/foreign-controllers.md';
  return status === 422 ? 'the deployment waits no more' : '';
}
