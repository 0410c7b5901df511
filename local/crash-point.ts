/**
 * A named place where the fault tests may end this process as a power cut would.
 *
 * `RATCHET_CRASH_AT=NAME` kills the process with SIGKILL the first time it passes the point NAME;
 * `RATCHET_CRASH_AT=NAME#3` the third time. `armCrashPoint` says the same to a running process. Without either, as
 * in every ordinary run, a point does nothing.
 */
interface Wanted {
  readonly name: string;
  readonly pass: number;
}

let wanted = parse(process.env['RATCHET_CRASH_AT'] ?? '');
let passes = 0;

export function armCrashPoint(text: string): void {
  wanted = parse(text);
  passes = 0;
}

export function crashPoint(name: string): void {
  if (name !== wanted?.name) return;
  passes += 1;
  if (passes === wanted.pass) process.kill(process.pid, 'SIGKILL');
}

function parse(text: string): Wanted | null {
  const [name = '', pass = '1'] = text.split('#');
  return name === '' ? null : { name, pass: Number(pass) };
}
