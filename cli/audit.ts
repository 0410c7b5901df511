import { suggest } from '../shared/config/suggest.ts';
import { auditOptions } from './audit/options.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { serviceUsage } from './service.ts';

const actions = ['export', 'checkpoint', 'verify'] as const;

export const audit: Command = {
  summary:
    'Export the decision log, take checkpoints of it, and verify offline that nothing was changed or deleted.',
  usage: [
    `ratchet audit export [--from TIME] [--until TIME] [--since CHECKPOINT] ${serviceUsage} > log.jsonl`,
    `ratchet audit export --documents ${serviceUsage} > ledger.jsonl`,
    `ratchet audit checkpoint ${serviceUsage} > checkpoint.json`,
    'ratchet audit verify FILE [--since CHECKPOINT] [--until CHECKPOINT] [--json]    needs no service',
    `ratchet audit verify [FILE] --ledger [--since CHECKPOINT] ${serviceUsage}`,
    'CHECKPOINT is a file that checkpoint wrote: keep it where those who can write to the ledger cannot change it. An export with',
    '--since begins after the checkpoint. --documents writes the whole ledger: beside the log each decision, run, operation and',
    'release as it is recorded, which verify holds against the log. --ledger compares the rows of the ledger with the log, and the log with FILE.',
    'Exit code of verify: 0 intact, 1 something was changed, deleted or inserted, 2 wrong usage, 3 any other error.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, auditOptions);
    const [given = '', ...rest] = positionals;
    const action = actions.find((each) => each === given);
    if (!action)
      throw new UsageError(
        `expected ${actions.join(', ')}, got ${JSON.stringify(given)}${suggest(given, actions)}`,
      );
    if (action === 'verify') return (await import('./audit/verify.ts')).verify(rest, values);
    if (rest.length > 0) throw new UsageError(`${action} takes no ${JSON.stringify(rest[0])}`);
    if (values.ledger) throw new UsageError('--ledger is an option of verify alone');
    if (action === 'export' && values.documents) {
      if (values.from ?? values.until ?? values.since)
        throw new UsageError('--documents takes no --from, --until or --since: it is all of the ledger');
      return (await import('./audit/export-ledger.ts')).exportLedger(values);
    }
    if (values.documents) throw new UsageError('--documents is an option of export alone');
    if (action === 'export') return (await import('./audit/export.ts')).exportLog(values);
    if (values.from ?? values.until ?? values.since)
      throw new UsageError(
        'checkpoint takes no --from, --until or --since: a checkpoint is of the log as it is now',
      );
    const { askForCheckpoint } = await import('./audit/ask-log.ts');
    console.log(JSON.stringify(await askForCheckpoint(values)));
    return 0;
  },
};
