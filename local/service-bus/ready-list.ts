/** Sequence numbers of the messages that are ready, in order, for each session; those without one share a list. */
export class ReadyList {
  readonly #lists = new Map<string, number[]>();

  get size(): number {
    let size = 0;
    for (const list of this.#lists.values()) size += list.length;
    return size;
  }

  add(seq: number, sessionId: string | null): void {
    const key = sessionId ?? '';
    const list = this.#lists.get(key) ?? [];
    this.#lists.set(key, list);
    // Nearly always the largest yet; one that comes back is put where it was.
    let at = list.length;
    while (at > 0 && (list[at - 1] as number) > seq) at--;
    list.splice(at, 0, seq);
  }

  /** Takes the lowest number out. */
  take(sessionId: string | null): number | undefined {
    const key = sessionId ?? '';
    const list = this.#lists.get(key);
    const seq = list?.shift();
    if (list?.length === 0) this.#lists.delete(key);
    return seq;
  }

  /** The first session with a message for which `isFree` holds, or null. */
  findSession(isFree: (sessionId: string) => boolean): string | null {
    for (const sessionId of this.#lists.keys()) if (isFree(sessionId)) return sessionId;
    return null;
  }
}
