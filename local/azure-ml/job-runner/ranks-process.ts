/**
 * Run as the process of a distributed job: starts the job's own processes, one for each rank, and is well when all of them
 * are. The first one that is not ends the others, and says which it was.
 *
 * They are of its process group and find its folders in their environment: whoever ends it, or what it leaves, ends them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { RanksRequest } from './run-ranks.ts';

const { words, ranks } = JSON.parse(process.argv[2] ?? '') as RanksRequest;
const [program = '', ...args] = words;
let left = ranks.length;
const children: ChildProcess[] = [];

function fail(rank: number, how: string, code: number): never {
  process.stderr.write(`process ${rank} of ${ranks.length} ${how}\n`);
  for (const child of children) child.kill('SIGKILL');
  process.exit(code);
}

for (const [rank, variables] of ranks.entries()) {
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'inherit', 'inherit'],
    windowsHide: true,
  });
  children.push(child);
  child.once('error', (error) => fail(rank, `did not start: ${error.message}`, 127));
  child.once('exit', (code, signal) => {
    if (code !== 0)
      fail(rank, code === null ? `was ended by ${signal}` : `ended with exit code ${code}`, code || 1);
    left -= 1;
    if (left === 0) process.exit(0);
  });
}
