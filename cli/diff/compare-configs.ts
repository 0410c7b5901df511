/** What differs between two model files, by the path of the field. Pure. */
export interface Difference {
  /** Such as `gates[accuracy-floor].atLeast`. */
  readonly path: string;
  /** Undefined where there was nothing. */
  readonly before: unknown;
  /** Undefined where there is nothing any more. */
  readonly after: unknown;
}

/** What tells the members of a list apart: their order alone is no difference of one of them. */
const names = ['gate', 'name', 'stage', 'to'] as const;

/** In the order of the paths. */
export function compareConfigs(before: unknown, after: unknown): readonly Difference[] {
  return [...differences('', before, after)].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function* differences(path: string, before: unknown, after: unknown): Generator<Difference> {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  const [a, b] = [partsOf(before), partsOf(after)];
  if (a === null || b === null || a.isList !== b.isList) {
    yield { path, before, after };
    return;
  }
  const keys = new Set([...a.parts.keys(), ...b.parts.keys()]);
  for (const key of keys) yield* differences(join(path, key, a.isList), a.parts.get(key), b.parts.get(key));
  const order = (parts: ReadonlyMap<string, unknown>) => [...parts.keys()].filter((key) => keys.has(key));
  const [was, is] = [order(a.parts), order(b.parts)];
  const isReordered =
    a.isList &&
    was.length === is.length &&
    was.join('\n') !== is.join('\n') &&
    was.every((key) => is.includes(key));
  if (isReordered) yield { path: `${path} (order)`, before: was, after: is };
}

interface Parts {
  readonly isList: boolean;
  readonly parts: ReadonlyMap<string, unknown>;
}

/** Null for a value that is compared whole: a text, a number, a list of those. */
function partsOf(value: unknown): Parts | null {
  if (Array.isArray(value)) {
    const keys = value.map(nameOf);
    const isNamed = keys.every((key) => key !== null) && new Set(keys).size === keys.length;
    return isNamed ? { isList: true, parts: new Map(value.map((each, at) => [keys[at]!, each])) } : null;
  }
  if (typeof value !== 'object' || value === null) return null;
  return { isList: false, parts: new Map(Object.entries(value)) };
}

function nameOf(member: unknown): string | null {
  if (typeof member !== 'object' || member === null) return null;
  const fields = member as Readonly<Record<string, unknown>>;
  const found = names.map((name) => fields[name]).find((value) => typeof value === 'string');
  return typeof found === 'string' ? found : null;
}

function join(path: string, key: string, isList: boolean): string {
  if (isList) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}
