import type { LookResult } from '../../shared/domain/look-result.ts';
import { RatchetError } from '../../shared/errors.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import type { Steps } from '../steps.ts';

type Look = Steps['look-at-requests']['input'];

defineStep('look-at-requests', async (asked, context): Promise<LookResult> => {
  const counts = await ask(asked);
  const { look } = asked;
  if ('unknown' in counts) {
    context.error(counts.unknown);
    return { at: look.until, verdict: 'inconclusive', sentence: counts.unknown, requests: 0 };
  }
  const { judgeRequests } = await import('../../shared/gates/requests/judge-requests.ts');
  return { at: look.until, ...judgeRequests(look, counts) };
});

/** A refusal is an answer, which moves nothing forward: asking again at once would bring the same one. */
async function ask({ target, look }: Look) {
  const [{ countRequests }, { workspace }] = await Promise.all([
    import('../../shared/azure/traffic-log.ts'),
    wiring.settings(),
  ]);
  try {
    return await countRequests(await wiring.logs(), {
      ...{ workspace: workspace.name, endpoint: target.endpoint, from: look.from, until: look.until },
      ...('requestsTable' in target && { table: target.requestsTable }),
      deployments: [look.deployment, ...look.champions],
      slowerThanMs: look.checks.flatMap(({ slowerThanMs }) => slowerThanMs ?? []),
    });
  } catch (error) {
    if (!(error instanceof RatchetError) || error.retryable) throw error;
    return { unknown: `The checks cannot be answered: ${error.message}` };
  }
}
