import type { SeenModule } from './watch-modules.ts';

export interface PackageShare {
  readonly name: string;
  readonly modules: number;
  readonly bytes: number;
  /** Null when the package has ES modules only. */
  readonly ownMs: number | null;
}

/** What each package contributes, heaviest first. Files outside node_modules are the application's own. */
export function groupByPackage(modules: readonly SeenModule[]): PackageShare[] {
  const groups = Map.groupBy(modules, ({ file }) => packageOf(file));
  const shares = [...groups].map(([name, files]) => {
    const timed = files.flatMap(({ ownMs }) => (ownMs === null ? [] : [ownMs]));
    return {
      name,
      modules: files.length,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      ownMs: timed.length === 0 ? null : timed.reduce((sum, ms) => sum + ms, 0),
    };
  });
  return shares.sort((a, b) => (b.ownMs ?? 0) - (a.ownMs ?? 0) || b.bytes - a.bytes);
}

/** The innermost package: one may bring its own copy of another. */
function packageOf(file: string): string {
  const inPackages = file.split(/[\\/]node_modules[\\/]/).at(-1)!;
  if (inPackages === file) return '(the application)';
  return /^(?:@[^\\/]+[\\/])?[^\\/]+/.exec(inPackages)![0].replace('\\', '/');
}
