/** Every signal's id begins with its kind and its model: `metric:spam-filter:accuracy-low:2002-W34`. */
export function modelOfSignal(signalId: string): string | null {
  return /^[a-z-]+:([^:]+):/.exec(signalId)?.[1] ?? null;
}
