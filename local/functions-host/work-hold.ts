import type { Work } from '../clock/work.ts';

/**
 * A piece of work that can be laid down while it only waits for the clock, and taken up again.
 * Several waits may overlap; it counts as work while none is under way and until it has ended.
 */
export interface WorkHold {
  pause(): void;
  resume(): void;
  end(): void;
}

export function holdWork(work: Work): WorkHold {
  let finish: (() => void) | null = work.begin();
  let waits = 0;
  let ended = false;
  const layDown = (): void => {
    finish?.();
    finish = null;
  };
  return {
    pause() {
      waits++;
      layDown();
    },
    resume() {
      waits--;
      if (waits === 0 && !ended) finish ??= work.begin();
    },
    end() {
      ended = true;
      layDown();
    },
  };
}
