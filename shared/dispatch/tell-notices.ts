import type { AddressedNotice } from '../domain/notice.ts';
import { shortHash } from '../domain/short-hash.ts';
import { type OrchestrationStarter, startOnce } from './instances.ts';

/** One orchestration for each notice and receiver: none of them holds up another. Told again, it starts nothing. */
export async function tellNotices(
  client: OrchestrationStarter,
  notices: readonly AddressedNotice[],
): Promise<void> {
  for (const { notice, to: receivers } of notices)
    for (const to of receivers)
      await startOnce(client, {
        orchestrator: 'tell-people',
        instanceId: `notice-${shortHash(`${notice.id} ${to}`)}`,
        input: { notice, to },
        subject: { signal: notice.id, model: notice.model },
      });
}
