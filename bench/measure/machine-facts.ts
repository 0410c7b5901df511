/** What the figures of a run depend on. */
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  /** Of the minute before the start: above half the cores, others were at work. */
  readonly loadAverage: number;
}

export function machineFacts(): Machine {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch} ${release()}`,
    node: process.versions.node,
    loadAverage: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

export function describeMachine({ cores, processor, memoryGb, system, node, loadAverage }: Machine): string {
  const busy = loadAverage > cores / 2 ? ' (others were at work: read ratios, not absolute figures)' : '';
  return `${cores} cores (${processor}), ${memoryGb} GB, ${system}, Node ${node}, load average ${loadAverage}${busy}`;
}
