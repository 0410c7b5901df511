/**
 * Deliberate unkindness for tests and the demo: what a deployment or the service may do at any time, made certain.
 *
 * They last until others are put in their place, or until the workspace stops.
 */
import { z } from 'zod';
import { userError } from '../../http/service-error.ts';
import { problemsOf } from '../details.ts';
import { checkFamilies } from '../machine-families.ts';

const count = z.int().min(1);
const FaultSchema = z.strictObject({
  endpoint: z.string().min(1),
  /** Absent: the endpoint and every deployment of it. */
  deployment: z.string().min(1).optional(),
  /** Making or changing it takes this much longer, by the cloud's clock. */
  slowStartMs: z.int().min(0).optional(),
  /** Each time it has been sent so many requests, its process is ended; the last of them gets no answer. */
  crashAfterRequests: count.optional(),
  /** Of its requests this share, from 0 to 1, is answered with `failStatus` (500) in its place. */
  failShare: z.number().min(0).max(1).optional(),
  failStatus: z.int().min(400).max(599).optional(),
  /** Each answer comes so much later, in real time. */
  answerDelayMs: z.int().min(0).max(180_000).optional(),
  /** So many of the next changes of the endpoint or its deployments are answered 409. */
  conflicts: count.optional(),
});
const FaultsSchema = z.strictObject({
  faults: z.array(FaultSchema),
  /** Cores that a family of machines may have; those that are left out have as many as is usual here. */
  quota: z.record(z.string(), z.int().min(0)).default({}),
});

type Fault = z.infer<typeof FaultSchema>;

/** What befalls one request. */
interface RequestFault {
  readonly failStatus: number | null;
  readonly delayMs: number;
  readonly crash: boolean;
}

interface Active extends Fault {
  requests: number;
  conflictsLeft: number;
}

export class Faults {
  readonly #random: () => number;
  #active: readonly Active[] = [];
  #quota: Readonly<Record<string, number>> = {};

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Puts `{"faults": [...], "quota": {...}}` in place of those before. Throws a UserError that lists every problem. */
  replace(body: unknown): void {
    const parsed = FaultsSchema.safeParse(body);
    if (!parsed.success) throw userError(`The faults cannot be read: ${problemsOf('body', parsed.error)}`);
    checkFamilies(parsed.data.quota);
    this.#quota = parsed.data.quota;
    this.#active = parsed.data.faults.map((fault) => ({
      ...fault,
      requests: 0,
      conflictsLeft: fault.conflicts ?? 0,
    }));
  }

  /** Of a family of machines, in cores. */
  quotaOf(family: string): number | undefined {
    return this.#quota[family];
  }

  slowStartMs(endpoint: string, deployment: string): number {
    return Math.max(0, ...this.#of(endpoint, deployment).map(({ slowStartMs = 0 }) => slowStartMs));
  }

  /** Whether the next change of an endpoint is refused; it counts. */
  takeConflict(endpoint: string): boolean {
    const fault = this.#active.find((one) => same(one.endpoint, endpoint) && one.conflictsLeft > 0);
    if (fault) fault.conflictsLeft -= 1;
    return fault !== undefined;
  }

  onRequest(endpoint: string, deployment: string): RequestFault {
    let [failStatus, delayMs, crash]: [number | null, number, boolean] = [null, 0, false];
    for (const fault of this.#of(endpoint, deployment)) {
      fault.requests += 1;
      delayMs = Math.max(delayMs, fault.answerDelayMs ?? 0);
      crash ||= fault.crashAfterRequests !== undefined && fault.requests % fault.crashAfterRequests === 0;
      if (fault.failShare !== undefined && this.#random() < fault.failShare)
        failStatus = fault.failStatus ?? 500;
    }
    return { failStatus, delayMs, crash };
  }

  #of(endpoint: string, deployment: string): Active[] {
    return this.#active.filter(
      (fault) =>
        same(fault.endpoint, endpoint) &&
        (fault.deployment === undefined || same(fault.deployment, deployment)),
    );
  }
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
