/**
 * What a process that this program starts is given of this program's environment.
 *
 * A shell often holds keys of clouds, registries and other services. What it holds besides these names stays there; all
 * they hold are folders and names.
 */

/** Without these no program is found, finds its libraries or starts; those after the second are of Windows. */
const neededByAny = ['PATH', 'LD_LIBRARY_PATH', 'SystemRoot', 'SystemDrive', 'ComSpec', 'PATHEXT', 'WINDIR'];

/**
 * Which Python the shell has activated: PATH leads to it, and tools such as pip and uv ask for it by these. PYTHONPATH and
 * PYTHONHOME are left out: a job that found a module by them would not find it in Azure.
 */
const activePython = ['VIRTUAL_ENV', 'CONDA_PREFIX', 'CONDA_DEFAULT_ENV'];

export const forAnyProgram: readonly string[] = [...neededByAny, ...activePython];

/** The variables of these names that are set. */
export function pickEnvironment(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
