/**
 * Whether the machines of a managed deployment fit into what the quota of their family leaves.
 *
 * Owns: what is asked of the service, and what its answers mean. Does not own: what becomes of a release that finds no room
 * (online-endpoint.ts, take-event.ts).
 *
 * Invariants
 * 1. Only what the service has said itself stands in the way of a release: a size it does not list, a family without a quota,
 *    an answer that is not to be had or not to be read is `unknown`, and the service has the last word at 0 %.
 * 2. Nothing is demanded that some source does not say is demanded: where it is in doubt whether a size has a reserve, none.
 *
 * Sources: specification 2024-04-01 (Usages_List, VirtualMachineSizes_List and their examples); "Manage and increase quotas
 * and limits", virtual machine quota allocation for deployment: ceil(1.2 * instances) * cores, but for sizes that are exempt;
 * "Managed online endpoints SKU list", skip 20 % reservation; Azure/mlops-v2 issue 124: a refusal that counts so. The limit of
 * all families together is left to the service: nothing says that deployments count in it. So are the 20 deployments of an
 * endpoint, because a subscription may be allowed more.
 */
import { z } from 'zod';
import type { Asked, Json, ResourceManager } from '../../azure/resource-manager.ts';
import { counted } from '../../domain/plural.ts';
import type { WorkspaceName } from '../../settings.ts';

/** What is to be deployed. */
interface Machines {
  readonly instanceType: string;
  readonly instances: number;
}

/** `taken`: it would fit into the limit, but others use it. `never`: it is more than the limit. */
export interface Room {
  readonly room: 'enough' | 'taken' | 'never' | 'unknown';
  /** What was found, in a sentence without its full stop. */
  readonly why: string;
}

const SizeSchema = z.object({
  name: z.string(),
  family: z.string(),
  vCPUs: z.int().min(1),
  gpus: z.number().nullish(),
});
const UsageSchema = z.object({
  id: z.string(),
  currentValue: z.number(),
  limit: z.number(),
  name: z.object({ value: z.string(), localizedValue: z.string().nullish() }),
});

type Size = z.infer<typeof SizeSchema>;
type Usage = z.infer<typeof UsageSchema>;

/** Families with graphics cards for which the list of sizes names a reserve; all others have none, or are not listed. */
const reservedWithCards: ReadonlySet<string> = new Set([
  'standardncasv3t4family',
  'standardncsv2family',
  'standardncsv3family',
  'standardnvadsa10v5family',
]);

/** Never throws: what cannot be asked is `unknown`. */
export async function askRoom(
  resources: Pick<ResourceManager, 'list'>,
  workspace: WorkspaceName,
  at: string,
  machines: Machines,
): Promise<Room> {
  const location = at.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const [subscription] = /^\/subscriptions\/[^/]+/i.exec(workspace.id)!;
  const place = `${subscription}/providers/Microsoft.MachineLearningServices/locations/${location}`;
  const asked = (what: string): Asked => ({ asked: `reading ${what} in ${location}`, subject: { location } });
  try {
    const [sizes, usages] = await Promise.all([
      resources.list(asked('the sizes of machines'), `${place}/vmSizes`),
      resources.list(asked('what quotas are used'), `${place}/usages`),
    ]);
    return findRoom({ sizes, usages, location, workspaceId: workspace.id }, machines);
  } catch (error) {
    return { room: 'unknown', why: (error as Error).message };
  }
}

interface Answers {
  readonly sizes: readonly Json[];
  readonly usages: readonly Json[];
  readonly location: string;
  readonly workspaceId: string;
}

export function findRoom(answers: Answers, machines: Machines): Room {
  const { instanceType, instances } = machines;
  const { location, workspaceId } = answers;
  const size = readAll(SizeSchema, answers.sizes).find(({ name }) => isSame(name, instanceType));
  if (!size) return { room: 'unknown', why: `no size ${instanceType} is listed in ${location}` };
  const counts = readAll(UsageSchema, answers.usages).filter(
    (usage) => isOfFamily(usage, size.family) && isOurs(usage, workspaceId) && usage.limit >= 0,
  );
  if (counts.length === 0)
    return { room: 'unknown', why: `no quota of ${size.family} is listed in ${location}` };
  const least = counts.reduce((a, b) => (leftOf(b) < leftOf(a) ? b : a));
  const machinesAtMost = hasReserve(size) ? Math.ceil((instances * 12) / 10) : instances;
  const needed = machinesAtMost * size.vCPUs;
  const reserve = machinesAtMost - instances;
  const kept = reserve > 0 ? `, and of ${reserve} more that the service reserves for upgrades` : '';
  const whose = /\/workspaces\//i.test(least.id)
    ? 'the quota of the workspace'
    : 'the quota of the subscription';
  const has = `${whose} for ${size.family} in ${location} is ${least.limit}, of which ${least.currentValue} are used`;
  const why = `${counted(instances, 'instance')} of ${size.name} ${instances === 1 ? 'needs' : 'need'} ${needed} cores (${size.vCPUs} each${kept}); ${has}`;
  if (needed <= leftOf(least)) return { room: 'enough', why };
  return { room: needed > least.limit ? 'never' : 'taken', why };
}

const leftOf = ({ limit, currentValue }: Usage): number => limit - currentValue;

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** What is of another form says nothing. */
function readAll<Schema extends z.ZodType>(schema: Schema, all: readonly Json[]): z.output<Schema>[] {
  return all.flatMap((each) => {
    const { success, data } = schema.safeParse(each);
    return success ? [data] : [];
  });
}

/** `standardDSv2Family`, and "Standard DSv2 Family Cluster Dedicated vCPUs", which the same service calls it elsewhere. */
const familyKey = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .replace(/clusterdedicatedvcpus$/, '');

function isOfFamily({ name: { value, localizedValue } }: Usage, family: string): boolean {
  const names = [value, localizedValue ?? value].map(familyKey);
  return names.includes(familyKey(family)) && !names.some((name) => name.includes('lowpriority'));
}

/** Of the subscription, or of our workspace as a whole. */
function isOurs({ id }: Usage, workspaceId: string): boolean {
  if (!/\/workspaces\//i.test(id)) return true;
  return id.toLowerCase().startsWith(`${workspaceId.toLowerCase()}/usages/`);
}

const hasReserve = ({ family, gpus }: Size): boolean =>
  (gpus ?? 0) === 0 || reservedWithCards.has(familyKey(family));
