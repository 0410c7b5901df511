/** The compiler of the templates: where it lies once `dotnet restore infra/compiler` has brought it, and running it. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const project = fileURLToPath(new URL('../infra/compiler/bicep.csproj', import.meta.url));

/** The program, or null where it was not restored. Another version writes other bytes, so no other is looked for. */
export function findBicep(): string | null {
  const [, name, version] = /Include="([^"]+)" Version="\[([^\]]+)\]"/.exec(readFileSync(project, 'utf8'))!;
  const packages = process.env['NUGET_PACKAGES'] || join(homedir(), '.nuget', 'packages');
  const program = join(packages, name!.toLowerCase(), version!, 'tools', 'bicep');
  return existsSync(program) ? program : null;
}

/** What it says is warnings; an error throws. Nothing is fetched: the templates use no registry of modules. */
export async function runBicep(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, [...args, '--no-restore'], {
    // The runtime's own globalization needs a library that a small image lacks.
    env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1', ...env },
  });
  return `${stdout}${stderr}`.trim();
}
