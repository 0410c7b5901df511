/**
 * Asks a process whether it lives and whether it is ready, as the service's probes do.
 *
 * A probe succeeds on a status from 200 to 399 (Kubernetes, "Configure Liveness, Readiness and Startup Probes"). Times that
 * a deployment does not give are the service's (reference of ProbeSettings: first after 10 s, every 10 s, 2 s each, 30
 * failures, 1 success), but a process that starts is looked at more often, so that nobody waits for it here. All of it is
 * real time: a process lives in real time whatever the clock says.
 */
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parseDurationMs } from '../../clock/duration.ts';
import type { DeploymentDefinition } from '../deployment-definition.ts';

type ProbeSettings = DeploymentDefinition['properties']['readinessProbe'];

export interface ProbePlan {
  readonly path: string;
  /** Before the first look. */
  readonly initialDelayMs: number;
  readonly periodMs: number;
  /** Between looks at what has not succeeded yet. */
  readonly startPeriodMs: number;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
  /** How long the first success may take, by the service's times. */
  readonly startLimitMs: number;
}

const quickPeriodMs = 100;

export function planProbe(path: string, settings: ProbeSettings): ProbePlan {
  const { failureThreshold = 30, successThreshold = 1 } = settings ?? {};
  const initialDelayMs = msOf(settings?.initialDelay);
  const periodMs = msOf(settings?.period);
  return {
    path,
    initialDelayMs: initialDelayMs ?? 0,
    periodMs: Math.max(periodMs ?? 10_000, 1),
    startPeriodMs: Math.max(periodMs ?? quickPeriodMs, 1),
    timeoutMs: Math.max(msOf(settings?.timeout) ?? 2_000, 1),
    failureThreshold,
    successThreshold,
    startLimitMs: (initialDelayMs ?? 10_000) + failureThreshold * (periodMs ?? 10_000),
  };
}

function msOf(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDurationMs(duration);
}

interface Watch {
  readonly port: number;
  readonly plan: ProbePlan;
  readonly signal: AbortSignal;
  onHealthy(): void;
  /** After as many failures in a row as the plan allows; `problem` is the last. */
  onUnhealthy(problem: string): void;
  /** Called with every failure. */
  onProblem?(problem: string): void;
}

/** Looks again and again until the signal; resolves then. */
export async function watchProbe({ port, plan, signal, ...told }: Watch): Promise<void> {
  let [healthy, failures, successes] = [false, 0, 0];
  await pauseFor(plan.initialDelayMs, signal);
  while (!signal.aborted) {
    const problem = await probe(port, plan, signal);
    if (signal.aborted) return;
    if (problem === null) {
      [failures, successes] = [0, successes + 1];
      if (!healthy && successes >= plan.successThreshold) told.onHealthy();
      healthy ||= successes >= plan.successThreshold;
    } else {
      [failures, successes] = [failures + 1, 0];
      told.onProblem?.(problem);
      if (failures === plan.failureThreshold) told.onUnhealthy(problem);
      if (failures >= plan.failureThreshold) healthy = false;
    }
    await pauseFor(healthy ? plan.periodMs : plan.startPeriodMs, signal);
  }
}

/** Resolves after a time, or at the signal. */
export function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return pause(ms, undefined, { signal }).catch(() => undefined);
}

/** What is wrong; null: nothing. */
function probe(port: number, { path, timeoutMs }: ProbePlan, stopped: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(timeoutMs)]);
    const asked = request({ host: '127.0.0.1', port, path, agent: false, signal }, (response) => {
      response.resume().on('error', () => undefined);
      const { statusCode = 0 } = response;
      resolve(
        statusCode >= 200 && statusCode < 400 ? null : `HTTP probe failed with statuscode: ${statusCode}`,
      );
    });
    asked.on('error', (error: NodeJS.ErrnoException) =>
      resolve(
        error.name === 'AbortError' ? `no answer within ${timeoutMs} ms` : (error.code ?? error.message),
      ),
    );
    asked.end();
  });
}
