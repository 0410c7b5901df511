/** The entities of a play: the model's and the fleet's, asked through the operations of the live ones. Pure. */
import type { Accepted, FleetOperations, ModelOperations } from '../admission/entities.ts';
import { fleetOperations } from '../admission/fleet-operations.ts';
import { modelOperations } from '../admission/model-operations.ts';
import { type FleetState, newFleetState } from '../domain/fleet-state.ts';
import { type ModelState, newModelState } from '../domain/model-state.ts';

export class EntitiesAtPlay {
  #model: ModelState = newModelState;
  #fleet: FleetState = newFleetState;
  readonly #onChampion: () => void;

  /** `onChampion` is called after another version has come to serve. */
  constructor(onChampion: () => void) {
    this.#onChampion = onChampion;
  }

  get model(): ModelState {
    return this.#model;
  }

  askModel<Name extends keyof ModelOperations>(
    operation: Name,
    input: ModelOperations[Name]['input'],
  ): Accepted<ModelOperations[Name]['output']> {
    const before = this.#model.champion?.version;
    const { state, answer } = modelOperations[operation](this.#model, input);
    this.#model = state;
    if (state.champion?.version !== before) this.#onChampion();
    return answer;
  }

  askFleet<Name extends keyof FleetOperations>(
    operation: Name,
    input: FleetOperations[Name]['input'],
  ): Accepted<FleetOperations[Name]['output']> {
    const { state, answer } = fleetOperations[operation](this.#fleet, input);
    this.#fleet = state;
    return answer;
  }
}
