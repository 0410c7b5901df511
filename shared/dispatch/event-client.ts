import type { OrchestrationStarter } from './offer-signal.ts';

/** What taking events needs of a durable client. */
export interface EventClient extends OrchestrationStarter {
  raiseEvent(instanceId: string, eventName: string, eventData: unknown): Promise<void>;
}

export interface EventLog {
  warn(message: string): void;
  debug(message: string): void;
}
