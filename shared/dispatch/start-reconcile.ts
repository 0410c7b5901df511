import type { ReconcileInput, Reconciliation } from '../domain/reconciliation.ts';
import { isUnderWay, type OrchestrationStarter, statusOf } from './instances.ts';

const reconcileInstanceId = 'reconcile';

/** Starts a scan for what lost events would have told, unless one is under way: as the looks at schedules (start-look.ts). */
export async function startReconcile(client: OrchestrationStarter): Promise<'started' | 'under-way'> {
  const status = await statusOf(client, reconcileInstanceId, { showInput: true });
  if (isUnderWay(status)) return 'under-way';
  const previous =
    status?.runtimeStatus === 'Completed'
      ? (status.output as Reconciliation)
      : ((status?.input as ReconcileInput | undefined)?.previous ?? null);
  const input: ReconcileInput = { previous };
  await client.startNew('reconcile', { instanceId: reconcileInstanceId, input });
  return 'started';
}
