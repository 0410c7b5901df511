/** A person's word: who, why and when (ISO 8601, UTC). */
export interface Word {
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}
