/** Asks the Azure CLI, which has the sign-in of whoever sits here. */
import { execFile } from 'node:child_process';

const limitMs = 60_000;

/** Answers the JSON that `az` prints. Throws where it is missing, nobody is signed in, or it refuses. */
export async function askAz(args: readonly string[]): Promise<unknown> {
  const text = await new Promise<string>((resolve, reject) => {
    // On Windows az is a script of the command interpreter, which alone can run it; no argument of ours is a person's text.
    const isWindows = process.platform === 'win32';
    const [file, all] = isWindows ? ['cmd.exe', ['/d', '/c', 'az', ...args]] : ['az', [...args]];
    execFile(
      file,
      [...all, '--output', 'json', '--only-show-errors'],
      { timeout: limitMs, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => (error ? reject(describeFailure(error, stderr)) : resolve(stdout)),
    );
  });
  return JSON.parse(text) as unknown;
}

function describeFailure(
  error: Error & { readonly code?: unknown; readonly killed?: boolean },
  stderr: string,
): Error {
  if (error.code === 'ENOENT')
    return new AzFailed(
      'the Azure CLI is not there (az): install it (https://aka.ms/azure-cli) and run az login, or give a token with --token, or a key with --key',
      { cause: error },
    );
  if (error.killed) return new AzFailed(`az gave no answer within ${limitMs / 1000} s`, { cause: error });
  const said = stderr.trim().split('\n')[0]?.slice(0, 300) || error.message;
  const next = /az login|AADSTS/i.test(stderr) ? '; run az login' : '';
  return new AzFailed(`az: ${said}${next}`, { cause: error });
}

export class AzFailed extends Error {}
