import type { Log } from '../../process/log.ts';

/** Tells of a broker that cannot be reached once an outage, not once an attempt. */
export interface OutageLog {
  failed(reason: string): void;
  /** Something came through: the outage, if there was one, is over. */
  worked(): void;
}

export function createOutageLog(log: Log, functionName: string): OutageLog {
  let down = false;
  const subject = { function: functionName };
  return {
    failed(reason) {
      if (!down)
        log('warn', `cannot receive from Service Bus, trying again until it works: ${reason}`, subject);
      down = true;
    },
    worked() {
      if (down) log('info', 'receives from Service Bus again', subject);
      down = false;
    },
  };
}
