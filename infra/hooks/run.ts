/** Runs the Azure CLI and azd, with what they ask and report shown to whoever waits for them. */
import { spawn } from 'node:child_process';

/** Runs one of the two; answers what it has printed. Throws where it fails: what it said is on the screen already. */
export type Run = (program: 'az' | 'azd', args: readonly string[]) => Promise<string>;

/** Given the environment of azd: parameters of the templates are read from it. */
export function runWith(env: Readonly<Record<string, string | undefined>>): Run {
  return (program, args) =>
    new Promise((resolve, reject) => {
      // On Windows both are scripts of the command interpreter, or may be; no argument holds a space or a quote but ours.
      const [file, all] =
        process.platform === 'win32' ? ['cmd.exe', ['/d', '/c', program, ...args]] : [program, [...args]];
      const child = spawn(file, all, { env: { ...env }, stdio: ['inherit', 'pipe', 'inherit'] });
      const printed: Buffer[] = [];
      child.stdout.on('data', (part: Buffer) => printed.push(part));
      child.on('error', () =>
        reject(new Error(`${program} is not there: install it, and sign in: docs/deploy.md`)),
      );
      child.on('close', (code) => {
        if (code === 0) resolve(Buffer.concat(printed).toString('utf8').trim());
        else reject(new Error(`${program} ${args.slice(0, 3).join(' ')} failed with ${code}: see above`));
      });
    });
}
