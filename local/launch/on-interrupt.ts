import { whenAlone } from './when-alone.ts';

/**
 * Runs `end` once when the process is asked to end (Ctrl-C, SIGTERM, a closed terminal) or whoever has started it is gone, then
 * exits: with `exitCode`, or else with the code a shell expects of a signal. A second Ctrl-C exits at once: the children are
 * on a leash.
 */
export function onInterrupt(end: () => Promise<void>, exitCode?: number): void {
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  let isInterrupted = false;
  let isEnding = false;
  const endOnce = (shellCode: number): void => {
    if (isEnding) return;
    isEnding = true;
    end().then(
      () => process.exit(exitCode ?? shellCode),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
        process.exit(1);
      },
    );
  };
  for (const [signal, shellCode] of Object.entries(codes)) {
    process.on(signal, () => {
      if (isInterrupted) process.exit(shellCode);
      isInterrupted = true;
      endOnce(shellCode);
    });
  }
  whenAlone(() => endOnce(codes.SIGTERM));
}
