import type { Child, Exit } from './child.ts';

export type Environment = Readonly<Record<string, string>>;

/** A process that may be killed and started again, at the same addresses and with the same state. */
interface Restartable {
  /** Resolves when it is ready. `env` holds for this start only. */
  start(env?: Environment): Promise<void>;
  kill(): Promise<Exit>;
  /** Has it die the next time it passes a crash point. */
  dieAt(crashPoint: string): Promise<void>;
  /** Cuts the server on one of its ports off, or connects it again. */
  setReachable(port: number, reachable: boolean): Promise<void>;
  exited(): Promise<Exit>;
  /** Stops it where it runs. */
  stop(): Promise<void>;
}

/** `begin` starts the process; `untilReady` waits for it. */
export function restartable(
  name: string,
  begin: (env: Environment) => Child,
  untilReady: (child: Child) => Promise<void>,
): Restartable {
  let current: Child | undefined;
  const child = (): Child => {
    if (!current) throw new Error(`${name} has not been started`);
    return current;
  };
  return {
    async start(env = {}) {
      current = begin(env);
      await untilReady(current);
    },
    kill: () => child().kill(),
    dieAt: (crashPoint) => child().dieAt(crashPoint),
    setReachable: (port, reachable) => child().setReachable(port, reachable),
    exited: () => child().exited,
    async stop() {
      await current?.stop();
    },
  };
}
