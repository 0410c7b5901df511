import type * as df from 'durable-functions';
import type { Run } from '../shared/domain/run.ts';
import { askFleet, askModel } from './ask-model.ts';
import type { RunEnd, RunInput } from './run-input.ts';
import { now, takeStep } from './take-step.ts';
import { wake } from './wake.ts';

/** What a run has brought about so far. */
export type RunFindings = Pick<
  Run,
  'challenger' | 'registeredVersion' | 'released' | 'verdict' | 'acceptedBy'
>;

export const noFindings: RunFindings = {
  challenger: null,
  registeredVersion: null,
  released: false,
  verdict: null,
};

/** The ledger's row of a run. */
export function describeRun(input: RunInput, phase: Run['phase'], findings: RunFindings): Run {
  const { runId, kind, pinned, signalKind, signals, champion, startedAt } = input;
  return {
    runId,
    model: pinned.config.model,
    kind,
    signalKind,
    signals,
    phase,
    outcome: null,
    sentence: '',
    startedAt,
    endedAt: null,
    champion,
    configHash: pinned.configHash,
    ...findings,
  };
}

/** Tells the model's entity that the run has ended, gives its place in the fleet back, and writes the ledger. */
export function* settle(
  context: df.OrchestrationContext,
  input: RunInput,
  end: RunEnd,
  findings: RunFindings = noFindings,
  computeHours?: number,
): Generator<df.Task, Run, unknown> {
  const endedAt = now(context);
  const { runId } = input;
  const { outcome, sentence } = end;
  const hours = computeHours === undefined ? {} : { computeHours };
  const settled = yield* askModel(context, input.pinned.config.model, 'settle', {
    runId,
    outcome,
    champion: findings.released ? findings.challenger : null,
    now: endedAt,
    ...hours,
    ...(end.keep && { keep: end.keep }),
  });
  const returned = settled.granted ? yield* askFleet(context, 'return', { runId, ...hours }) : null;
  const signals = settled.wasLive ? settled.signals : input.signals;
  const run: Run = { ...describeRun(input, 'settled', findings), outcome, sentence, signals, endedAt };
  yield* takeStep(context, 'record-run', run);
  yield* wake(context, [...(settled.wake ?? []), ...(returned?.wake ?? [])]);
  return run;
}
