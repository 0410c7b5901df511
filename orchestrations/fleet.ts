import { fleetOperations } from '../shared/admission/fleet-operations.ts';
import { fleetEntity } from '../shared/domain/durable-names.ts';
import { type FleetState, newFleetState } from '../shared/domain/fleet-state.ts';
import { defineEntity } from './define-entity.ts';

defineEntity<FleetState>(fleetEntity, newFleetState, fleetOperations);
