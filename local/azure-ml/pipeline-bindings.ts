/** What the ports of a pipeline's steps are bound to. Pure. */

/** Where a step's input comes from: an input of the pipeline, or an output of another step; null where it is a value. */
export function sourceOf(
  value: string,
): { readonly input: string } | { readonly step: string; readonly output: string } | null {
  const [, input] = /^\$\{\{parent\.inputs\.([A-Za-z_]\w*)\}\}$/.exec(value) ?? [];
  if (input !== undefined) return { input };
  const [, step, output] = /^\$\{\{parent\.jobs\.(\w+)\.outputs\.([A-Za-z_]\w*)\}\}$/.exec(value) ?? [];
  return step === undefined ? null : { step, output: output! };
}

/** The output of the pipeline that a step's output is; null where it is none. */
export function boundOutput(port: object | undefined): string | null {
  if (!port || !('value' in port)) return null;
  return /^\$\{\{parent\.outputs\.(\w+)\}\}$/.exec(String(port.value))?.[1] ?? null;
}
