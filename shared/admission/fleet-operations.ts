/** What the fleet's entity does with each thing it is asked: the next state, and the answer. Pure. */
import { type FleetState, newFleetState } from '../domain/fleet-state.ts';
import type { Answered, FleetOperations } from './entities.ts';
import { findStop, operateFleet, requestPlace, returnPlace } from './fleet.ts';

export const fleetOperations: Answered<FleetOperations, FleetState> = {
  rebuild(state, { state: rebuilt }) {
    return { state: state === newFleetState ? rebuilt : state, answer: { changes: [] } };
  },
  request(state, input) {
    const { state: next, grant } = requestPlace(state, input);
    return { state: next, answer: { grant } };
  },
  return(state, input) {
    const { state: next, wake } = returnPlace(state, input);
    return { state: next, answer: { wake } };
  },
  askSwitch(state, { now }) {
    return { state, answer: { stop: findStop(state, { offeredAt: now, now }) } };
  },
  operate(state, { action, word }) {
    const { state: next, ...answer } = operateFleet(state, action, word);
    return { state: next, answer };
  },
};
