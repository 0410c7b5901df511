import type { OpenDurableRuntime } from '../contract.ts';
import { Runtime } from './runtime.ts';

export const openDurableRuntime: OpenDurableRuntime = (dependencies) => new Runtime(dependencies);
