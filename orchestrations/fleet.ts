import { findStop, operateFleet, requestPlace, returnPlace } from '../shared/admission/fleet.ts';
import { fleetEntity } from '../shared/domain/durable-names.ts';
import { type FleetState, newFleetState } from '../shared/domain/fleet-state.ts';
import { defineEntity } from './define-entity.ts';
import type { FleetOperations } from './entities.ts';

type Input<Name extends keyof FleetOperations> = FleetOperations[Name]['input'];

defineEntity<FleetState>(fleetEntity, newFleetState, {
  rebuild(state, { state: rebuilt }: Input<'rebuild'>) {
    return { state: state === newFleetState ? rebuilt : state, answer: { changes: [] } };
  },
  request(state, input: Input<'request'>) {
    const { state: next, grant } = requestPlace(state, input);
    return { state: next, answer: { grant } };
  },
  return(state, input: Input<'return'>) {
    const { state: next, wake } = returnPlace(state, input);
    return { state: next, answer: { wake } };
  },
  askSwitch(state, { now }: Input<'askSwitch'>) {
    return { state, answer: { stop: findStop(state, { offeredAt: now, now }) } };
  },
  operate(state, { action, word }: Input<'operate'>) {
    const { state: next, ...answer } = operateFleet(state, action, word);
    return { state: next, answer };
  },
});
