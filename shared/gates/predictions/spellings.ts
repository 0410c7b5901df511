/**
 * Names that are two and look like one: `1` and `1.0`, `cat` and `cat `, one accent in two normal forms of Unicode.
 *
 * Owns: which names look alike, how they are shown so that a reader sees the difference.
 * Does not own: what follows from it. Names are compared by their bytes; nothing here makes two of them one.
 */
/** Of names in a message, and of groups of them in notes. */
const mostShown = 5;
/** Longer than any name that is told apart by eye. */
const longestName = 400;

const decimal = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,6}))?$/;

/**
 * Equal for names that look alike: trimmed, without characters that have no width, composed (NFC), in lower case;
 * numbers and truth values by their value.
 */
export function lookOf(name: string): string {
  if (name.length > longestName) return name;
  const seen = name.replaceAll(/\p{Cf}/gu, '').trim();
  const plain = seen.normalize('NFC').toLowerCase();
  if (plain === 'true') return oneSpelling('', '1', 0);
  if (plain === 'false') return oneSpelling('', '', 0);
  const [, sign, whole, fraction, exponent] = decimal.exec(plain) ?? [];
  if (whole === undefined || fraction === undefined || whole + fraction === '') return plain;
  return oneSpelling(sign === '-' ? '-' : '', whole + fraction, Number(exponent ?? 0) - fraction.length);
}

/** A number in one spelling, exact at any length: two long ids are not one because no double tells them apart. */
function oneSpelling(sign: string, digits: string, exponent: number): string {
  const significant = digits.replace(/^0+/, '');
  const kept = significant.replace(/0+$/, '');
  return kept === '' ? '0' : `${sign}${kept}e${exponent + significant.length - kept.length}`;
}

/** Names in quotes; with codes for what is not plain ASCII where two are the same in print, or something has no width. */
export function spellAll(names: readonly string[]): string[] {
  const isUnseen = names.some((name) => /\p{Cf}/u.test(name));
  const escaped = isUnseen || new Set(names.map(printed)).size < new Set(names).size;
  return names.map((name) => {
    const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}...` : name);
    return escaped ? shown.replaceAll(/[^ -~]/g, codeOf) : shown;
  });
}

const printed = (name: string): string =>
  name
    .normalize('NFC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/\s/g, ' ');
const codeOf = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** `; "1.0" looks like "1" and is another` for the first of some names that does, or nothing. */
export function suggestAlike(name: string, others: Iterable<string>): string {
  const look = lookOf(name);
  for (const other of others) {
    if (other === name || lookOf(other) !== look) continue;
    const [given, found] = spellAll([name, other]);
    return `; ${found} looks like ${given} and is another: they are compared byte by byte`;
  }
  return '';
}

/** Notes on names of one kind that look alike, each with what there is of it: `412 rows`. */
export function noteAlike(kind: string, found: ReadonlyMap<string, string>): string[] {
  const alike = [...Map.groupBy([...found.keys()].sort(), lookOf).values()].filter(
    ({ length }) => length > 1,
  );
  const notes = alike.slice(0, mostShown).map((names) => {
    const shown = names.slice(0, mostShown);
    const spelled = spellAll(shown).map((spelling, at) => `${spelling} (${found.get(shown[at]!)})`);
    return `${kind} ${spelled.join(' and ')} look alike and are ${names.length}: they are compared byte by byte`;
  });
  const rest = alike.length - notes.length;
  return rest > 0 ? [...notes, `${kind}: ${rest} more that look alike`] : notes;
}

/** Notes on columns that look like one with a meaning of its own that the file lacks: `Weight` weighs nothing. */
export function noteAlikeColumns(header: readonly string[], meaningful: readonly string[]): string[] {
  return meaningful.flatMap((name) => {
    const alike = header.includes(name) ? undefined : header.find((other) => lookOf(other) === name);
    if (alike === undefined) return [];
    return [
      `the column ${spellAll([name, alike])[1]} looks like ${name} and is not read as it: rename it if it is meant`,
    ];
  });
}
