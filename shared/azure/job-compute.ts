/**
 * What a command job runs on, as the service takes it. Pure.
 *
 * Source: specification 2024-04-01, CommandJob; `queueSettings`, and jobs without a compute, are not in that of 2022-10-01,
 * which the client has.
 */
import type { CommandJob } from '@azure/arm-machinelearning';
import type { JobConfig } from '../config/schema.ts';
import { serverless } from '../domain/asset-id.ts';

/** A command job with what the client's types do not have. */
export type SentJob = CommandJob & { readonly queueSettings?: { readonly jobTier: string } };

type ComputeFields = Pick<SentJob, 'computeId' | 'resources' | 'distribution' | 'identity' | 'queueSettings'>;

type Placed = Pick<JobConfig, 'compute' | 'resources' | 'distribution' | 'identity' | 'queue'>;

/** Nothing is sent of what the model file does not say: the service then decides. */
export function computeFields(job: Placed, workspaceId: string): ComputeFields {
  const { compute, resources, distribution, identity, queue } = job;
  const { properties, ...machines } = resources ?? {};
  return {
    ...(compute !== serverless && { computeId: `${workspaceId}/computes/${compute}` }),
    ...(resources && {
      resources: {
        ...withoutUndefined(machines),
        ...(properties && { properties: properties as Record<string, Record<string, unknown>> }),
      },
    }),
    ...(distribution && { distribution: distributionOf(distribution) }),
    ...(identity && { identity: identityOf(identity) }),
    ...(queue && { queueSettings: { jobTier: tiers[queue.tier] } }),
  };
}

const tiers = { spot: 'Spot', basic: 'Basic', standard: 'Standard', premium: 'Premium' } as const;

function distributionOf(
  distribution: NonNullable<JobConfig['distribution']>,
): NonNullable<CommandJob['distribution']> {
  switch (distribution.type) {
    case 'pytorch':
      return {
        distributionType: 'PyTorch',
        processCountPerInstance: distribution.processesPerInstance,
      };
    case 'mpi':
      return { distributionType: 'Mpi', processCountPerInstance: distribution.processesPerInstance };
    case 'tensorflow':
      return {
        distributionType: 'TensorFlow',
        ...(distribution.workers !== undefined && { workerCount: distribution.workers }),
        parameterServerCount: distribution.parameterServers,
      };
  }
}

function identityOf({
  type,
  clientId,
}: NonNullable<JobConfig['identity']>): NonNullable<CommandJob['identity']> {
  if (type !== 'managed') return { identityType: 'AMLToken' };
  return { identityType: 'Managed', ...(clientId !== undefined && { clientId }) };
}

function withoutUndefined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
