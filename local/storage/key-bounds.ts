/** Between which keys the rows lie that a filter can let through; null: no upper end. The ends belong to it. */
export interface KeyBounds {
  readonly partition: Bounds;
  readonly row: Bounds;
}

interface Bounds {
  readonly from: string;
  readonly to: string | null;
}

const term = /^\s*(\w+) (eq|ne|gt|ge|lt|le) ('(?:[^']|'')*'|[\w.+-]+)\s*(?: and |$)/;

/** Only conditions that all have to hold bound anything: of a filter with `or`, `not` or brackets nothing is taken. */
export function readKeyBounds(filter = ''): KeyBounds {
  const bounds = { PartitionKey: { from: '', to: null }, RowKey: { from: '', to: null } } as Record<
    string,
    Bounds
  >;
  for (let rest = filter; rest !== ''; ) {
    const [whole, column, operator, literal] = term.exec(rest) ?? [];
    if (whole === undefined) return { partition: { from: '', to: null }, row: { from: '', to: null } };
    rest = rest.slice(whole.length);
    const known = bounds[column!];
    if (known && literal!.startsWith("'")) {
      bounds[column!] = narrow(known, operator!, literal!.slice(1, -1).replaceAll("''", "'"));
    }
  }
  return { partition: bounds['PartitionKey']!, row: bounds['RowKey']! };
}

function narrow({ from, to }: Bounds, operator: string, key: string): Bounds {
  const raises = operator === 'eq' || operator === 'gt' || operator === 'ge';
  const lowers = operator === 'eq' || operator === 'lt' || operator === 'le';
  // Nothing lies between a key and the same with this after it.
  const least = operator === 'gt' ? `${key}\u0000` : key;
  return {
    from: raises && least > from ? least : from,
    to: lowers && (to === null || key < to) ? key : to,
  };
}
