import type { OutsideRun, PipelineOrder, PipelineSeen } from '../../domain/pipeline.ts';

/**
 * A way of starting something outside and watching it to its end.
 *
 * Every call may be repeated, after a lost answer too: what was started is found again by the order's key. Calls fail with
 * `azure-unavailable` where the same may succeed later, and with `azure-refused` where it cannot.
 */
export interface PipelineChannel {
  /** Starts it, unless it was started: then how that stands. Who may not (401, 403) is refused for good. */
  start(order: PipelineOrder): Promise<PipelineSeen>;
  /** How it stands. Who may not ask any more may soon again: what runs is not given up for that. */
  observe(order: PipelineOrder, run: OutsideRun | null): Promise<PipelineSeen>;
  /** Has it end, and answers how it stands then. What has ended, or was never started, stays so. */
  cancel(order: PipelineOrder, run: OutsideRun | null): Promise<PipelineSeen>;
}
