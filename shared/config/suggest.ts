/** `; did you mean "cooldown"?` for the nearest known word, or nothing where none is near. */
export function suggest(word: string, known: readonly string[]): string {
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (!best || distance < best.distance) best = { word: candidate, distance };
  }
  const near = best && best.distance <= Math.max(1, Math.floor(best.word.length / 3));
  return near ? `; did you mean "${best?.word}"?` : '';
}

/** Insertions, deletions, replacements and swaps of two neighbours that turn one word into the other. */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? rows[i - 2]![j - 2]! + 1 : Number.POSITIVE_INFINITY;
      current.push(Math.min(replace, swap, rows[i - 1]![j]! + 1, current[j - 1]! + 1));
    }
    rows.push(current);
  }
  return rows[a.length]![b.length]!;
}
