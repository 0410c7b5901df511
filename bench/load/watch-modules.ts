/**
 * Sees every module that is loaded from here on: its size and, for CommonJS, the time it took to compile and run
 * without the modules it required in turn. Watching costs time itself, so nothing else is measured meanwhile.
 */
import Module, { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

export interface SeenModule {
  readonly file: string;
  readonly bytes: number;
  /** Null for ES modules: the runtime tells nobody when it runs them. */
  readonly ownMs: number | null;
}

/** The method every CommonJS file passes through; not documented, but what tools have wrapped for a decade. */
interface Compiling {
  _compile(this: NodeJS.Module, content: string, filename: string, ...rest: unknown[]): unknown;
}

export function watchModules(): { seen(): SeenModule[] } {
  const bytes = new Map<string, number>();
  const ownMs = timeCommonJs();
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (url.startsWith('file:')) {
        const source = loaded.source;
        bytes.set(fileURLToPath(url), typeof source === 'string' ? source.length : (source?.byteLength ?? 0));
      }
      return loaded;
    },
  });
  return {
    seen: () => [...bytes].map(([file, size]) => ({ file, bytes: size, ownMs: ownMs.get(file) ?? null })),
  };
}

/** Time within a file's compilation and execution, less that of the files it required meanwhile. */
function timeCommonJs(): ReadonlyMap<string, number> {
  const ownMs = new Map<string, number>();
  const inner: number[] = [];
  const prototype = Module.prototype as unknown as Compiling;
  const compile = prototype._compile;
  prototype._compile = function timed(content, filename, ...rest) {
    const started = performance.now();
    inner.push(0);
    try {
      return compile.call(this, content, filename, ...rest);
    } finally {
      const totalMs = performance.now() - started;
      const ofOthersMs = inner.pop()!;
      ownMs.set(filename, totalMs - ofOthersMs);
      if (inner.length > 0) inner[inner.length - 1]! += totalMs;
    }
  };
  return ownMs;
}
