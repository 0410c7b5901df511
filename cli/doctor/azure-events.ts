/** Whether events of a workspace in Azure reach the service: what the Azure CLI lists of its subscriptions. */
import { AzFailed, askAz } from '../azure/az.ts';
import type { Finding } from './finding.ts';

interface Destination {
  readonly endpointType?: string;
  readonly endpointBaseUrl?: string;
  readonly resourceId?: string;
}

export interface AzureSubscription {
  readonly name: string;
  readonly provisioningState: string;
  readonly destination?: Destination | null;
  readonly deliveryWithResourceIdentity?: { readonly destination?: Destination } | null;
}

interface SystemTopic {
  readonly name: string;
  readonly resourceGroup: string;
  readonly source?: string;
}

const check = 'events of the workspace';

export async function examineAzureEvents(workspace: string, host: string): Promise<readonly Finding[]> {
  try {
    return judge(await listSubscriptions(workspace), host);
  } catch (error) {
    if (!(error instanceof AzFailed)) throw error;
    const saw = `not looked at: ${error.message}`;
    return [{ check, state: 'warning', saw, next: 'sign in with az login, and ask again' }];
  }
}

/** Those of the workspace itself, and those of its system topic, which `azd up` makes. */
async function listSubscriptions(workspace: string): Promise<readonly AzureSubscription[]> {
  const listed = (await askAz([
    ...['eventgrid', 'event-subscription', 'list', '--source-resource-id', workspace],
  ])) as readonly AzureSubscription[];
  const at = ['--subscription', workspace.split('/')[2] ?? ''];
  const topics = (await askAz(['eventgrid', 'system-topic', 'list', ...at])) as readonly SystemTopic[];
  const found = [...listed];
  for (const { name, resourceGroup, source } of topics) {
    if (source?.toLowerCase() !== workspace.toLowerCase()) continue;
    const topic = ['--system-topic-name', name, '--resource-group', resourceGroup];
    found.push(
      ...((await askAz([
        ...['eventgrid', 'system-topic', 'event-subscription', 'list', ...topic, ...at],
      ])) as readonly AzureSubscription[]),
    );
  }
  return found;
}

/** A webhook that has not answered the handshake stays in another state than Succeeded. */
export function judge(all: readonly AzureSubscription[], host: string): readonly Finding[] {
  const next = 'make it as docs/deploy.md says, under Events; without it runs wait for slow polls';
  const ours = all.filter((each) => delivers(each, host));
  if (ours.length === 0)
    return [{ check, state: 'problem', saw: 'no subscription delivers to this service', next }];
  const states = new Map(ours.map(({ name, provisioningState }) => [name, provisioningState]));
  return [...states].map(([name, state]) =>
    state === 'Succeeded'
      ? { check, state: 'ok', saw: `${name} is agreed`, next: '' }
      : {
          check,
          state: 'problem',
          saw: `${name} is ${state}: its handshake has not been answered`,
          next: 'make it again while the app runs, with the current key',
        },
  );
}

/** Which queue or which app a resource is, its name does not tell: one that takes these events at all is taken for ours. */
function delivers({ destination, deliveryWithResourceIdentity }: AzureSubscription, host: string): boolean {
  const to = deliveryWithResourceIdentity?.destination ?? destination;
  if (to?.endpointType === 'ServiceBusQueue') return true;
  if (to?.endpointType === 'AzureFunction')
    return to.resourceId?.endsWith('/functions/workspace-events') ?? false;
  return to?.endpointBaseUrl?.includes(`//${host}/`) ?? false;
}
