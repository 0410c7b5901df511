import * as df from 'durable-functions';

/** What this module needs of a durable client. */
interface HistoryPurger {
  purgeInstanceHistoryBy(filter: df.OrchestrationFilter): Promise<{ readonly instancesDeleted: number }>;
}

/** In words of the platform: what goes on, sleeps or is suspended is none of them. */
const ended = [
  df.OrchestrationRuntimeStatus.Completed,
  df.OrchestrationRuntimeStatus.Failed,
  df.OrchestrationRuntimeStatus.Terminated,
  df.OrchestrationRuntimeStatus.Canceled,
];

/**
 * Has the task hub forget the orchestrations that have ended and began before `before` (ISO 8601); answers how many.
 * What the ledger has of them stays. Entities and what goes on are never touched.
 */
export async function purgeHistories(client: HistoryPurger, before: string): Promise<number> {
  const { instancesDeleted } = await client.purgeInstanceHistoryBy({
    createdTimeFrom: new Date(0),
    createdTimeTo: new Date(before),
    runtimeStatus: ended,
  });
  return instancesDeleted;
}
