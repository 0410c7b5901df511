/** Where a step is: azd's environment, as it is by then, and what runs commands with it. */
import type { Run } from './run.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface Place {
  readonly env: Record<string, string | undefined>;
  readonly run: Run;
  readonly say: (line: string) => void;
}

/** Keeps a value in azd's environment, and hands it to the commands that follow. */
export async function keep({ env, run }: Place, name: string, value: string): Promise<void> {
  if ((env[name] ?? '') === value) return;
  env[name] = value;
  await run('azd', ['env', 'set', name, value]);
}

export function required(env: Env, name: string): string {
  const value = env[name];
  if (value) return value;
  throw new Error(`${name} must be in the environment of azd; found nothing; run azd provision first`);
}
