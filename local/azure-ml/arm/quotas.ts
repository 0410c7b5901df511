/**
 * What machines there are to deploy to, what the quotas of their families are, and what deployments use of them.
 *
 * Sources: specification 2024-04-01 (Usages_List, VirtualMachineSizes_List and their examples); the words of the refusal:
 * MicrosoftLearning/mslearn-azure-ml issue 30. How many rows a page has nobody says: few, so that who does not follow the
 * link misses some.
 */
import { localCloud } from '../../cloud-context.ts';
import type { Reply } from '../../http/json-exchange.ts';
import { ServiceError, userError } from '../../http/service-error.ts';
import type { DeploymentDefinition } from '../deployment-definition.ts';
import type { Request } from '../http.ts';
import { coresOf, type Family, families, familyOf } from '../machine-families.ts';
import type { Params, Routes } from '../match.ts';
import type { OnlineStore } from '../store/online.ts';
import { badRequest } from './online-replies.ts';
import { provider, workspaceId } from './resource.ts';

/** Enough for whatever a laptop serves. */
const defaultLimit = 2_000;
const rowsOfPage = 3;

interface QuotaDependencies {
  readonly online: Pick<OnlineStore, 'managedDeployments'>;
  /** Of a family, in cores; undefined: what is usual. */
  readonly limitOf: (family: string) => number | undefined;
}

export function quotaRoutes(deps: QuotaDependencies): Routes {
  const locations = `/subscriptions/${localCloud.subscriptionId}/providers/${provider}/locations/:location`;
  return {
    [`GET ${locations}/vmSizes`]: (request, params) => {
      checkLocation(request, params, 'vmSizes');
      return { status: 200, body: { value: families.flatMap(sizesOf) } };
    },
    [`GET ${locations}/usages`]: (request, params) => {
      checkLocation(request, params, 'usages');
      return page(request, usagesOf(deps));
    },
  };
}

/** Throws as the service refuses what does not fit; what is there already counts as used. Sizes not listed count nothing. */
export function checkQuota(
  { properties, sku }: DeploymentDefinition,
  existing: DeploymentDefinition | undefined,
  deps: QuotaDependencies,
): void {
  if (properties.endpointComputeType !== 'Managed') return;
  const size = properties.instanceType;
  const family = familyOf(size);
  const needed = coresOf(size, sku?.capacity ?? 1) - (existing ? coresUsed(existing, family) : 0);
  if (!family || needed <= 0) return;
  const used = usedBy(family, deps);
  const limit = limitOf(family, deps);
  if (used + needed > limit)
    throw badRequest(
      `Not enough quota available for ${size} in SubscriptionId ${localCloud.subscriptionId}. Current usage/limit: ${used}/${limit}. Additional needed: ${needed} Please see troubleshooting guide, available here: https://aka.ms/oe-tsg#error-outofquota`,
    );
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function coresUsed({ properties, sku }: DeploymentDefinition, family: Family | undefined): number {
  const size = properties.instanceType ?? '';
  return familyOf(size) === family ? coresOf(size, sku?.capacity ?? 1) : 0;
}

const usedBy = (family: Family, { online }: QuotaDependencies): number =>
  online.managedDeployments().reduce((sum, { resource }) => sum + coresUsed(resource, family), 0);

const limitOf = ({ family }: Family, deps: QuotaDependencies): number => deps.limitOf(family) ?? defaultLimit;

function sizesOf({ family, cores, gpus = 0 }: Family): object[] {
  return Object.entries(cores).map(([name, vCPUs]) => ({
    name,
    family,
    vCPUs,
    gpus,
    lowPriorityCapable: true,
    premiumIO: true,
    supportedComputeTypes: ['AmlCompute', 'ComputeInstance', 'MIR'],
  }));
}

function usagesOf(deps: QuotaDependencies): object[] {
  const ofSubscription = `/subscriptions/${localCloud.subscriptionId}/usages`;
  return families.flatMap((family) => {
    const used = usedBy(family, deps);
    const dedicated = `${family.label} Cluster Dedicated vCPUs`;
    const row = (id: string, type: string, name: string, currentValue: number, limit: number) => ({
      id: `${id}/${name.replaceAll(' ', '_')}`,
      type: `${provider}/${type}/usages`,
      currentValue,
      limit,
      name: { value: name, localizedValue: name },
      unit: 'Count',
    });
    const limit = limitOf(family, deps);
    return [
      row(ofSubscription, 'vmFamily', `${family.label} Cluster LowPriority vCPUs`, 0, -1),
      row(ofSubscription, 'vmFamily', dedicated, used, limit),
      ...(used > 0 ? [row(`${workspaceId}/usages`, 'workspaces', dedicated, used, limit)] : []),
    ];
  });
}

/** Throws as Resource Manager does of a place that it does not serve. */
function checkLocation(request: Request, { location = '' }: Params, type: string): void {
  if (same(location, 'local')) return;
  const version = request.query.get('api-version');
  throw new ServiceError(
    400,
    'NoRegisteredProviderFound',
    `No registered resource provider found for location '${location}' and API version '${version}' for type 'locations/${type}'. The supported locations are 'local'.`,
  );
}

function page(request: Request, rows: readonly object[]): Reply {
  const token = request.query.get('$skipToken') ?? '0';
  if (!/^\d{1,4}$/.test(token)) throw userError(`$skipToken: ${JSON.stringify(token)} is none of this list`);
  const from = Number(token);
  const next = new URL(request.path, request.origin);
  next.searchParams.set('api-version', request.query.get('api-version')!);
  next.searchParams.set('$skipToken', String(from + rowsOfPage));
  return {
    status: 200,
    body: {
      value: rows.slice(from, from + rowsOfPage),
      ...(from + rowsOfPage < rows.length && { nextLink: next.toString() }),
    },
  };
}
