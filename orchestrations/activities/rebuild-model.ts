import { readKnownState } from '../../shared/dispatch/read-known-state.ts';
import { defineStep } from '../define-step.ts';

defineStep('rebuild-model', ({ model, now }) => readKnownState(model, now));
