import { modelOfRun } from '../shared/domain/run.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { operate, operationOptions, operationsPath, operationUsage } from './operation.ts';

export const cancel: Command = {
  summary: 'Cancel a run that is under way: its job is cancelled, nothing is released.',
  usage: `ratchet cancel RUN ${operationUsage}`,
  async run(args) {
    const { values, positionals } = readArgs(args, operationOptions);
    const [runId, ...more] = positionals;
    if (runId === undefined || more.length > 0) throw new UsageError('name exactly one run');
    const model = modelOfRun(runId);
    if (model === null) {
      throw new UsageError(
        `${runId} is no run id; one looks like spam-filter-20020902-1f2e3d4c: ratchet runs`,
      );
    }
    return operate(values, operationsPath(model), { action: 'cancel-run', runId });
  },
};
