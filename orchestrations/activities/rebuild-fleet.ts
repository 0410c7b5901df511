import { readKnownFleet } from '../../shared/dispatch/read-known-state.ts';
import { defineStep } from '../define-step.ts';

defineStep('rebuild-fleet', ({ now }) => readKnownFleet(now));
