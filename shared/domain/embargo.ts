import type { Word } from './word.ts';

/** Why a version is let nowhere. */
export interface Embargo {
  readonly version: string;
  readonly why: 'quarantined' | 'too-old' | 'drift';
  /** ISO 8601, UTC. */
  readonly since: string;
  /** For a person, without a full stop: it stands in other sentences. */
  readonly sentence: string;
}

/** A version that an operator has put under embargo. */
export interface Quarantine extends Word {
  readonly version: string;
}
