import type { Accepted, FleetOperations } from '../../shared/admission/entities.ts';
import { fleetOperations } from '../../shared/admission/fleet-operations.ts';
import { type FleetState, newFleetState } from '../../shared/domain/fleet-state.ts';

export interface FleetFigures {
  readonly operations: number;
  /** Of one operation, on the average. */
  readonly cpuMs: number;
  readonly stateBytes: number;
}

/** An operation in so many has its state weighed. */
const weighOneIn = 500;

/** The one entity of the fleet, asked through its own operations, with what they take. */
export class MeasuredFleet {
  #state: FleetState = newFleetState;
  #operations = 0;
  #largest = 0;
  #cpuMicros = 0;

  ask<Name extends keyof FleetOperations>(
    operation: Name,
    input: FleetOperations[Name]['input'],
  ): Accepted<FleetOperations[Name]['output']> {
    const before = process.cpuUsage();
    const { state, answer } = fleetOperations[operation](this.#state, input);
    const { user, system } = process.cpuUsage(before);
    this.#cpuMicros += user + system;
    this.#state = state;
    if (this.#operations++ % weighOneIn === 0) {
      this.#largest = Math.max(this.#largest, JSON.stringify(state).length);
    }
    return answer;
  }

  figures(): FleetFigures {
    const [operations, stateBytes] = [this.#operations, this.#largest];
    return { operations, stateBytes, cpuMs: this.#cpuMicros / 1_000 / operations };
  }
}
