/** What the entities are asked of a signal. Pure. */
import { cameKeys } from '../config/came-keys.ts';
import { estimateHours } from '../config/estimate.ts';
import type { ModelConfig, PinnedModel } from '../config/schema.ts';
import { absenceCause } from '../domain/absence.ts';
import type { Signal } from '../domain/signal.ts';
import { compositesOf } from './composites.ts';
import type { AskedFleet, PlaceRequest } from './place-request.ts';
import type { Offer } from './question.ts';

/** A signal with the model file that it was read under. */
export interface PinnedSignal {
  readonly signal: Signal;
  readonly pinned: PinnedModel;
}

/** Only what the rules ask for: what is recorded of an offer stays small. */
export function describeOffer({ signal, pinned }: PinnedSignal, runId: string, now: string): Offer {
  const { id, kind, byMachine, fresh, cause, observedAt, persistence, test, changedAt, newData } = signal;
  const { config } = pinned;
  const { policy } = config;
  const composites = compositesOf(config.triggers, cause);
  const came = cameKeys(config.triggers, signal);
  const tells = composites.length === 0 && whatItTells(signal, config);
  const datesRows = policy.rowsAfterChange !== undefined;
  const isDated = cause !== undefined || came.length > 0 || (newData !== undefined && datesRows);
  return {
    signal: {
      id,
      kind,
      ...(byMachine && { byMachine }),
      ...(fresh && { fresh }),
      ...(cause !== undefined && { cause }),
      ...(isDated && { observedAt }),
      ...(persistence && { persistence }),
      ...(test && { test }),
      ...(datesRows && changedAt !== undefined && { changedAt }),
      ...(newData && { newData }),
    },
    ...(came.length > 0 && { came }),
    ...(tells && { tells }),
    ...(composites.length > 0 && { composites }),
    runId,
    now,
    policy,
    ...(policy.budget && { estimateHours: estimateHours(config, kindOf(kind), kind) }),
    ...(kind === 'data' && { data: config.triggers.data }),
  };
}

function whatItTells({ kind, cause, summary }: Signal, { triggers }: ModelConfig): string | null {
  if (kind !== 'absence') return null;
  const asks = triggers.absences?.some(({ name, retrain }) => retrain && absenceCause(name) === cause);
  return asks ? null : `${summary.charAt(0).toLowerCase()}${summary.slice(1)}`.replace(/\.$/, '');
}

type Asked = AskedFleet & Pick<PlaceRequest, 'runId' | 'offeredAt' | 'now'>;

export function describePlace({ signal, pinned }: PinnedSignal, asked: Asked): PlaceRequest {
  const { runId, offeredAt, now, ...fleet } = asked;
  return {
    model: signal.model,
    runId,
    signal: signal.id,
    priority: pinned.config.policy.priority,
    estimateHours: estimateHours(pinned.config, kindOf(signal.kind), signal.kind),
    offeredAt,
    now,
    ...fleet,
  };
}

function kindOf(kind: Offer['signal']['kind']): 'retrain' | 'promote' {
  return kind === 'registry' ? 'promote' : 'retrain';
}
