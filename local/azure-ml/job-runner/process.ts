/**
 * Runs one process, of a job or a deployment, and keeps what it prints.
 *
 * Invariants
 * 1. No shell: words reach the program as they are.
 * 2. When this resolves, the process and, as far as the system can tell, all it started are gone.
 * 3. The time limit is real time: a process lives in real time whatever the clock says.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { MaskStream } from './mask-stream.ts';
import { endLeftovers, killTree } from './process-tree.ts';

interface Launch {
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The process's own folder: what it left is known by it. */
  readonly folder: string;
  /** What must not be kept of what it prints. */
  readonly secrets: readonly string[];
  /**
   * Receives standard output and standard error, line by line in the order they came, without secrets, after what it
   * already holds.
   */
  readonly logFile: string;
  /** Is told of all that the log receives. */
  readonly onOutput?: (chunk: Buffer) => void;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
  /** Called before the process can do anything that needs to be known about it. */
  readonly onSpawn: (pid: number) => void;
}

export type ProcessEnd =
  | { readonly kind: 'exit'; readonly code: number; readonly stderrTail: string }
  | { readonly kind: 'signal'; readonly signal: string; readonly stderrTail: string }
  | { readonly kind: 'timeout'; readonly timeoutMs: number }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'not-started'; readonly reason: string };

const logLimitBytes = 16 * 1024 * 1024;
const tailChars = 2_000;
const tailBytes = 4 * tailChars;
const longestTimeoutMs = 2 ** 31 - 1;
/** A grandchild that left the process group may hold the output open for ever; this long is waited for it. */
const drainMs = 1_000;

export async function runProcess(launch: Launch): Promise<ProcessEnd> {
  if (launch.signal.aborted) return { kind: 'aborted' };
  const log = openLog(launch.logFile, launch.onOutput);
  try {
    return await runLogged(launch, log);
  } finally {
    log.close();
  }
}

async function runLogged(launch: Launch, log: Log): Promise<ProcessEnd> {
  const [program = '', ...args] = launch.words;
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: launch.cwd,
    env: launch.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own process group on POSIX, so that the whole group can be ended.
    detached: process.platform !== 'win32',
    windowsHide: true,
    shell: false,
  });
  if (child.pid !== undefined) launch.onSpawn(child.pid);
  const output = follow(child, log, launch.secrets);

  let killed: 'timeout' | 'aborted' | undefined;
  const kill = (why: 'timeout' | 'aborted') => {
    killed ??= why;
    if (child.pid !== undefined) killTree(child.pid);
  };
  const onAbort = () => kill('aborted');
  launch.signal.addEventListener('abort', onAbort);
  const timer =
    launch.timeoutMs && setTimeout(() => kill('timeout'), Math.min(launch.timeoutMs, longestTimeoutMs));
  try {
    const end = await endOf(child, launch.folder).finally(output.end);
    if (killed === 'aborted') return { kind: 'aborted' };
    if (killed === 'timeout') return { kind: 'timeout', timeoutMs: launch.timeoutMs! };
    return 'reason' in end ? end : { ...end, stderrTail: output.stderrTail() };
  } finally {
    clearTimeout(timer);
    launch.signal.removeEventListener('abort', onAbort);
  }
}

type ChildEnd =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'not-started'; readonly reason: string };

async function endOf(child: ChildProcess, folder: string): Promise<ChildEnd> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const end = await new Promise<ChildEnd>((resolve) => {
    child.once('error', (error) => resolve({ kind: 'not-started', reason: error.message }));
    child.once('exit', (code, signal) =>
      resolve(code === null ? { kind: 'signal', signal: signal ?? 'unknown' } : { kind: 'exit', code }),
    );
  });
  if (end.kind === 'not-started') return end;
  if (child.pid !== undefined) killTree(child.pid); // what it may have left behind
  await endLeftovers(folder, child.pid);
  const giveUp = new AbortController();
  await Promise.race([closed, sleep(drainMs, undefined, { signal: giveUp.signal }).catch(() => undefined)]);
  giveUp.abort();
  child.stdout?.destroy();
  child.stderr?.destroy();
  return end;
}

interface Followed {
  /** Call it once both streams have ended. */
  end(): void;
  stderrTail(): string;
}

/** Copies both streams to the log. */
function follow(child: ChildProcess, log: Log, secrets: readonly string[]): Followed {
  const [stdout, stderr] = [new MaskStream(secrets), new MaskStream(secrets)];
  let tail = Buffer.alloc(0);
  const keepError = (chunk: Buffer): void => {
    log.write(chunk);
    tail = Buffer.concat([tail, chunk]).subarray(-tailBytes);
  };
  child.stdout?.on('data', (chunk: Buffer) => log.write(stdout.push(chunk)));
  child.stderr?.on('data', (chunk: Buffer) => keepError(stderr.push(chunk)));
  return {
    end() {
      log.write(stdout.end());
      keepError(stderr.end());
    },
    // A character that the cut has divided is left out.
    stderrTail: () =>
      tail
        .toString('utf8')
        .replace(/^\ufffd+/, '')
        .slice(-tailChars)
        .trim(),
  };
}

interface Log {
  write(chunk: Buffer): void;
  close(): void;
}

function openLog(file: string, onOutput: (chunk: Buffer) => void = () => {}): Log {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0 } = constants;
  const descriptor = openSync(file, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600);
  // Attempt after attempt is kept, but not without end.
  if (fstatSync(descriptor).size > logLimitBytes) ftruncateSync(descriptor);
  let leftBytes = logLimitBytes;
  let open = true;
  return {
    write(chunk) {
      if (!open || leftBytes <= 0) return;
      const kept = chunk.subarray(0, leftBytes);
      writeSync(descriptor, kept);
      onOutput(kept);
      leftBytes -= chunk.length;
      if (leftBytes <= 0)
        writeSync(descriptor, `\n[the log ends here: only its first ${logLimitBytes} bytes are kept]\n`);
    },
    close() {
      open = false;
      closeSync(descriptor);
    },
  };
}
