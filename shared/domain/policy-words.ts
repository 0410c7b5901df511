/**
 * A model file's policy in plain English, and what it would answer now. What `GET /api/models/{model}/policy` answers.
 */
import type { Advice } from './advice.ts';
import type { AdmissionOutcome, ReasonCode } from './decision.ts';

/** What a rule is about. */
export const policyTopics = ['triggers', 'data', 'policy', 'gates', 'release', 'notices', 'jobs'] as const;
export type PolicyTopic = (typeof policyTopics)[number];

export interface PolicySentence {
  readonly topic: PolicyTopic;
  /** Where in the model file it comes from: `policy.cooldown`, `triggers.metrics[0]`. */
  readonly path: string;
  readonly sentence: string;
  /** Whether a file that says nothing of it has the same. */
  readonly isDefault: boolean;
}

/** What a signal that came now would be answered, and what would change that. */
export interface PolicyOutlook {
  /** `event`: a drift, a metric, data or a schedule. `person`: a request of a person. */
  readonly asker: 'event' | 'person';
  readonly outcome: AdmissionOutcome;
  readonly reason: ReasonCode;
  readonly sentence: string;
  /** What would change it; empty for an admission. */
  readonly changedBy: string;
  /** When it changes by itself (ISO 8601, UTC); null: it does not, or nothing holds it. */
  readonly changesAt: string | null;
}

export interface PolicyWords {
  readonly model: string;
  readonly at: string;
  readonly configHash: string;
  readonly sentences: readonly PolicySentence[];
  readonly outlook: readonly PolicyOutlook[];
  /** Whether retraining would pay; null: the policy has it off. */
  readonly advice: Advice | null;
}
