/**
 * What a command job may say of its machines, its processes, its identity and its queue. Pure.
 *
 * Source: specification 2022-10-01 and 2024-04-01 (`queueSettings`), JobResourceConfiguration, DistributionConfiguration,
 * IdentityConfiguration, QueueSettings. A field that they do not have is refused.
 */
import { z } from 'zod';
import { optional } from './details.ts';

const count = z.int().min(1);
const host = '127.0.0.1';
/** More than that runs on no machine of one person. */
const processesAtMost = 16;

const DistributionSchema = z.discriminatedUnion('distributionType', [
  z.strictObject({ distributionType: z.literal('PyTorch'), processCountPerInstance: optional(count) }),
  z.strictObject({ distributionType: z.literal('Mpi'), processCountPerInstance: optional(count) }),
  z.strictObject({
    distributionType: z.literal('TensorFlow'),
    workerCount: optional(count),
    parameterServerCount: optional(z.int().min(0)),
  }),
]);

const IdentitySchema = z.discriminatedUnion('identityType', [
  z.strictObject({ identityType: z.literal('AMLToken') }),
  z.strictObject({ identityType: z.literal('UserIdentity') }),
  z.strictObject({
    identityType: z.literal('Managed'),
    clientId: optional(z.uuid()),
    objectId: optional(z.uuid()),
    resourceId: optional(z.string().min(1)),
  }),
]);

export const computeFields = {
  resources: optional(
    z.strictObject({
      instanceCount: optional(count),
      instanceType: optional(z.string().min(1)),
      shmSize: optional(
        z
          .string()
          .regex(/^[1-9]\d*[bBkKmMgG]$/, 'must be a number above 0 and one of b, k, m, g, such as 2g'),
      ),
      dockerArgs: optional(z.string().max(0, 'no container runs here, so there is nothing to pass it to')),
      properties: optional(z.record(z.string(), z.looseObject({}).nullable())),
    }),
  ),
  distribution: optional(DistributionSchema),
  identity: optional(IdentitySchema),
  queueSettings: optional(
    z.strictObject({ jobTier: optional(z.enum(['Null', 'Spot', 'Basic', 'Standard', 'Premium'])) }),
  ),
};

type Fields = z.infer<z.ZodObject<typeof computeFields>>;

/** A process of a job: what it finds in its environment beside the job's own variables. */
export type Rank = Readonly<Record<string, string>>;

/** Whether a version of the API has a job's queue; what it does not have, it loses. */
function knowsQueues(apiVersion: string | null): boolean {
  return (apiVersion ?? '') >= '2024-04-01';
}

/** What cannot be, though each field may; nobody says so of the first, which is the narrower reading. */
export function findComputeProblem(fields: Fields, apiVersion: string | null): string | null {
  const { resources, distribution, queueSettings } = fields;
  const machines = resources?.instanceCount ?? 1;
  if (machines > 1 && !distribution)
    return `properties.resources.instanceCount: ${machines} machines need properties.distribution`;
  const processes = countProcesses(fields);
  if (processes > processesAtMost)
    return `properties.distribution: ${processes} processes; this machine runs ${processesAtMost} of a job at most`;
  if (processes < machines)
    return `properties.distribution: ${processes} processes for ${machines} machines; each machine runs one at least`;
  if (queueSettings && !knowsQueues(apiVersion))
    return `properties.queueSettings: api-version ${apiVersion} does not have it, and would lose it; ask with 2024-04-01`;
  return null;
}

function countProcesses({ resources, distribution }: Fields): number {
  const machines = resources?.instanceCount ?? 1;
  if (!distribution) return machines;
  return distribution.distributionType === 'TensorFlow'
    ? (distribution.workerCount ?? machines) + (distribution.parameterServerCount ?? 0)
    : machines * (distribution.processCountPerInstance ?? 1);
}

/**
 * What each process of a distributed job finds; null where the job is one process. All of them are on this machine:
 * `ports` gives as many free ones as are asked for.
 *
 * Source: "Distributed GPU training guide": MASTER_ADDR, MASTER_PORT, WORLD_SIZE, NODE_RANK, LOCAL_RANK and RANK for
 * PyTorch, TF_CONFIG for TensorFlow; Open MPI's own OMPI_COMM_WORLD_*.
 */
export async function ranksOf(
  fields: Fields,
  ports: (count: number) => Promise<readonly number[]>,
): Promise<readonly Rank[] | null> {
  const { distribution } = fields;
  if (!distribution) return null;
  const count = countProcesses(fields);
  const all = Array.from({ length: count }, (_, rank) => rank);
  if (distribution.distributionType === 'TensorFlow') {
    const servers = distribution.parameterServerCount ?? 0;
    const hosts = (await ports(count)).map((port) => `${host}:${port}`);
    const workers = hosts.slice(0, count - servers);
    const cluster = { worker: workers, ...(servers > 0 && { ps: hosts.slice(workers.length) }) };
    return all.map((rank) => {
      const isWorker = rank < workers.length;
      const task = { type: isWorker ? 'worker' : 'ps', index: isWorker ? rank : rank - workers.length };
      return { TF_CONFIG: JSON.stringify({ cluster, task }) };
    });
  }
  const perMachine = distribution.processCountPerInstance ?? 1;
  const [port = 0] = await ports(1);
  return all.map((rank) => {
    const [node, local] = [Math.floor(rank / perMachine), rank % perMachine].map(String) as [string, string];
    const address = { MASTER_ADDR: host, MASTER_PORT: String(port) };
    if (distribution.distributionType === 'PyTorch')
      return {
        ...address,
        NODE_RANK: node,
        LOCAL_RANK: local,
        RANK: String(rank),
        WORLD_SIZE: String(count),
      };
    return {
      OMPI_COMM_WORLD_RANK: String(rank),
      OMPI_COMM_WORLD_SIZE: String(count),
      OMPI_COMM_WORLD_LOCAL_RANK: local,
      OMPI_COMM_WORLD_LOCAL_SIZE: String(Math.min(perMachine, count)),
    };
  });
}
