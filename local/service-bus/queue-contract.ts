/** What a queue and those around it owe each other. */
import type { Lock } from './locks.ts';
import type { StoredMessage } from './store.ts';

export interface QueueOptions {
  readonly name: string;
  /** Drop a message whose id was seen this long ago or less. Omitted: no duplicate detection. */
  readonly duplicateDetection?: { readonly windowMs: number };
  /** Omitted: 10. */
  readonly maxDeliveryCount?: number;
  readonly requiresSession?: boolean;
  /** Omitted: 60 s. */
  readonly lockDurationMs?: number;
}

/** A link that takes messages. */
export interface Consumer {
  /** The session it holds, in a session queue. */
  readonly sessionId: string | null;
  /** False: receive and delete. */
  readonly locks: boolean;
  credit(): number;
  deliver(message: StoredMessage, lock: Lock<Consumer> | null): void;
}

export type Settlement =
  | { readonly kind: 'complete' }
  | { readonly kind: 'abandon' | 'defer'; readonly properties?: Record<string, unknown> | undefined }
  | {
      readonly kind: 'dead-letter';
      readonly reason?: string | undefined;
      readonly description?: string | undefined;
      readonly properties?: Record<string, unknown> | undefined;
    };
