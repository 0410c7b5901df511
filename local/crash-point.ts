/**
 * A named place where the fault tests may end this process as a power cut would.
 *
 * `RATCHET_CRASH_AT=NAME` kills the process with SIGKILL the first time it passes the point NAME;
 * `RATCHET_CRASH_AT=NAME#3` the third time. Unset, as in every ordinary run, a point does nothing.
 */
const [wantedName, wantedPass = '1'] = (process.env['RATCHET_CRASH_AT'] ?? '').split('#');
let passes = 0;

export function crashPoint(name: string): void {
  if (!wantedName || name !== wantedName) return;
  passes += 1;
  if (passes === Number(wantedPass)) process.kill(process.pid, 'SIGKILL');
}
