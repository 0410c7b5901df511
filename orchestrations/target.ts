/** target: the entity of what serves a model. It keeps the releases; what they do is shared/release. */

import { targetEntity } from '../shared/domain/durable-names.ts';
import { beginRelease } from '../shared/release/transitions/begin-release.ts';
import { findHolder } from '../shared/release/transitions/describe-holder.ts';
import { describeRelease } from '../shared/release/transitions/describe-release.ts';
import { drillRelease } from '../shared/release/transitions/drill.ts';
import { quarantineVersion } from '../shared/release/transitions/embargo.ts';
import { findNotices } from '../shared/release/transitions/find-notices.ts';
import { takeLookBetween } from '../shared/release/transitions/look-between.ts';
import { nextStep } from '../shared/release/transitions/next-step.ts';
import { operateRelease } from '../shared/release/transitions/operate-release.ts';
import { rollBack } from '../shared/release/transitions/roll-back.ts';
import { newTargetState, type TargetState } from '../shared/release/transitions/state.ts';
import { takeEvent } from '../shared/release/transitions/take-event.ts';
import { defineEntity } from './define-entity.ts';
import type { TargetOperations } from './target-operations.ts';

type Input<Name extends keyof TargetOperations> = TargetOperations[Name]['input'];

defineEntity<TargetState>(targetEntity, newTargetState, {
  /** A state that is there stays: what serves is known by looking. */
  rebuild(state, { state: rebuilt }: Input<'rebuild'>) {
    const isFresh = state.release === null && state.ended.length === 0 && state.queue.length === 0;
    return { state: isFresh ? rebuilt : state, answer: {} };
  },
  begin(state, input: Input<'begin'>) {
    const { state: next, ...answer } = beginRelease(state, input);
    return { state: next, answer };
  },
  next(state, input: Input<'next'>) {
    const { state: next, action } = nextStep(state, input);
    const { releaseId, now, noticed = [] } = input;
    const due = findNotices(next, releaseId, now);
    const notices = due.filter(({ notice }) => !noticed.includes(notice.id));
    const row = describeRelease(next, releaseId, now);
    return { state: next, answer: { action, row, ...(notices.length > 0 && { notices }) } };
  },
  tell(state, input: Input<'tell'>) {
    return { state: takeEvent(state, input), answer: {} };
  },
  askHolder(state) {
    return { state, answer: { holder: findHolder(state) } };
  },
  rollBack(state, input: Input<'rollBack'>) {
    const { state: next, ...answer } = rollBack(state, input);
    return { state: next, answer };
  },
  drill(state, input: Input<'drill'>) {
    const { state: next, ...answer } = drillRelease(state, input);
    return { state: next, answer };
  },
  quarantine(state, input: Input<'quarantine'>) {
    const { state: next, ...answer } = quarantineVersion(state, input);
    return { state: next, answer };
  },
  look(state, input: Input<'look'>) {
    return { state: takeLookBetween(state, input), answer: {} };
  },
  embargo(state, { embargoed }: Input<'embargo'>) {
    return { state: { ...state, embargoed }, answer: {} };
  },
  operate(state, input: Input<'operate'>) {
    const { state: next, ...answer } = operateRelease(state, input);
    return { state: next, answer };
  },
});
