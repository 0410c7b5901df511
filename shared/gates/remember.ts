/**
 * Computes what hangs on an object alone once, for as long as the object lives: several gates, and rules and intervals of
 * each, ask for the same. Neither the object nor what it is made of may change.
 */
export function remember<Key extends WeakKey, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    const found = known.get(key) ?? { value: compute(key) };
    known.set(key, found);
    return found.value;
  };
}
