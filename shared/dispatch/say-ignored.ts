import type { IgnoredFact } from '../signals/fact.ts';

export interface IgnoredLog {
  info(message: string): void;
  debug(message: string): void;
}

/** Kinds are few, but names from outside part them. */
const kindsAtMost = 500;
const said = new Set<string>();

/**
 * Says in the log what is passed over: the first fact of a kind for everybody, the others for who looks closely. A
 * workspace sends many events that mean nothing here, but none is to vanish without a word.
 */
export function sayIgnored({ kind, why }: IgnoredFact, log: IgnoredLog, from: string): void {
  if (said.has(kind) || said.size >= kindsAtMost) {
    log.debug(`${from} ignored: ${why}`);
  } else {
    said.add(kind);
    log.info(
      `${from} ignored: ${why}. Further events of this kind (${kind}) are logged at debug level only.`,
    );
  }
}
