/**
 * What a job runs on and as whom: machines, how its processes work together, its identity, its place in the queue.
 *
 * Owns: shape and rules, those that the specification of a command job gives (2024-04-01) and those that follow from who
 * submits it. Does not own: how that is sent (shared/azure/build-job.ts).
 */
import { z } from 'zod';
import { serverless } from '../domain/asset-id.ts';
import { machinesOf } from './estimate.ts';
import type { Problem } from './gate-fields.ts';

const processes = z.int().min(1).max(64).default(1);

export const DistributionSchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z
        .literal('pytorch')
        .describe('PyTorch: each process finds `RANK`, `WORLD_SIZE` and `MASTER_ADDR`.'),
      processesPerInstance: processes.describe(
        'How many processes a machine runs, one for each GPU as a rule.',
      ),
    }),
    z.strictObject({
      type: z.literal('mpi').describe('MPI, such as Horovod: each process finds `OMPI_COMM_WORLD_RANK`.'),
      processesPerInstance: processes.describe('How many processes a machine runs.'),
    }),
    z.strictObject({
      type: z.literal('tensorflow').describe('TensorFlow: each process finds `TF_CONFIG`.'),
      workers: z
        .int()
        .min(1)
        .max(1_000)
        .optional()
        .describe('How many processes work. When omitted, one for each machine.'),
      parameterServers: z
        .int()
        .min(0)
        .max(1_000)
        .default(0)
        .describe('How many processes hold the parameters.'),
    }),
  ])
  .describe('How the processes of the job work together. Omitted: it is one process.');

export const ResourcesSchema = z.strictObject({
  instanceType: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/, 'a size of machine, such as Standard_NC6s_v3')
    .optional()
    .describe(
      'Size of the machines, where the compute leaves it to the job: serverless, or an instance type on Kubernetes.',
    ),
  instanceCount: z
    .int()
    .min(1)
    .max(1_000)
    .default(1)
    .describe(
      'How many machines the job takes. More than one needs `distribution`. Each counts in hours of jobs, against budgets, too.',
    ),
  shmSize: z
    .string()
    .regex(/^[1-9]\d*[bkmg]$/, 'a number above 0 and one of b, k, m, g, such as 2g')
    .optional()
    .describe('Shared memory of the container, such as `8g`. When omitted, what the service gives: 2g.'),
  properties: z
    .record(
      z.string().regex(/^.{1,200}$/, 'the name of a property: 1 to 200 characters'),
      z.record(z.string().regex(/^.{1,200}$/, 'the name of a property: 1 to 200 characters'), z.json()),
    )
    .optional()
    .describe('What the compute reads beside, by its own names. Sent as it stands.'),
});

export const IdentitySchema = z.strictObject({
  type: z
    .enum(['aml-token', 'managed', 'user-identity'])
    .describe(
      'As whom the job reads data. `aml-token`: the credentials that the workspace keeps of its datastores. `managed`: the managed identity of the compute. `user-identity` is refused: Ratchet submits the job, and there is no user.',
    ),
  clientId: z
    .uuid()
    .optional()
    .describe(
      'Client id of a user-assigned identity, with `managed`. Omitted: the system-assigned one, or the only one there is.',
    ),
});

export const QueueSchema = z.strictObject({
  tier: z
    .enum(['spot', 'basic', 'standard', 'premium'])
    .describe('`spot`: cheap, and taken away whenever somebody else pays more. Serverless compute only.'),
});

interface Placed {
  readonly compute: string;
  readonly resources?: z.infer<typeof ResourcesSchema> | undefined;
  readonly distribution?: z.infer<typeof DistributionSchema> | undefined;
  readonly identity?: z.infer<typeof IdentitySchema> | undefined;
  readonly queue?: z.infer<typeof QueueSchema> | undefined;
}

/** What no job can be, though each of its fields may. */
export function* findComputeProblems(job: Placed): Generator<Problem> {
  const { compute, distribution, identity, queue } = job;
  const machines = machinesOf(job);
  if (machines > 1 && !distribution) {
    const message = `${machines} machines need distribution, which says how their processes work together; add it, or take one machine`;
    yield { path: ['resources', 'instanceCount'], message };
  }
  if (distribution?.type === 'tensorflow') {
    const { workers = machines, parameterServers } = distribution;
    if (workers + parameterServers < machines) {
      const message = `${machines} machines have ${workers + parameterServers} processes to run; raise workers, or take fewer machines`;
      yield { path: ['distribution', 'workers'], message };
    }
  }
  if (identity?.type === 'user-identity') {
    const message =
      'Ratchet submits the job itself, so there is no user whose identity it could have; use managed, and give that identity its role on the data';
    yield { path: ['identity', 'type'], message };
  }
  if (identity?.clientId !== undefined && identity.type !== 'managed') {
    yield { path: ['identity', 'clientId'], message: `goes with type managed; found type ${identity.type}` };
  }
  if (queue && compute !== serverless) {
    const message = `a tier is chosen on serverless compute alone; give compute: ${serverless}, or leave queue out: a cluster's own priority is set where it was made`;
    yield { path: ['queue'], message };
  }
}
