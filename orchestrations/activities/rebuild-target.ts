import { readKnownTarget } from '../../shared/dispatch/read-known-target.ts';
import { defineStep } from '../define-step.ts';

defineStep('rebuild-target', ({ endpoint }) => readKnownTarget(endpoint));
