import { modelOperations } from '../shared/admission/model-operations.ts';
import { modelEntity } from '../shared/domain/durable-names.ts';
import { type ModelState, newModelState } from '../shared/domain/model-state.ts';
import { defineEntity } from './define-entity.ts';

defineEntity<ModelState>(modelEntity, newModelState, modelOperations);
