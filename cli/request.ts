import { type Command, readArgs, UsageError } from './command.ts';
import { theOneModel } from './operation.ts';
import { askService, printJson, serviceOptions, serviceUsage } from './service.ts';
import { watchOne } from './watch.ts';

export const request: Command = {
  summary: 'Request a run of a model, with a reason.',
  usage: [
    `ratchet request MODEL --reason TEXT [--fresh] [--idempotency-key KEY] [--watch] ${serviceUsage}`,
    '--fresh trains, even where an earlier training of the same inputs could be taken (training.reuse).',
    'The same idempotency key is the same request: sent twice, it counts once.',
    '--watch follows it to the end of its run, and ends with the exit code of ratchet watch.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, {
      ...serviceOptions,
      reason: { type: 'string' },
      fresh: { type: 'boolean', default: false },
      'idempotency-key': { type: 'string' },
      watch: { type: 'boolean', default: false },
    });
    const model = theOneModel(positionals);
    if (!values.reason) throw new UsageError('--reason is missing: it is recorded in the ledger');
    const key = values['idempotency-key'];
    const answer = (await askService(values, `models/${encodeURIComponent(model)}/signals`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) },
      body: JSON.stringify({ reason: values.reason, ...(values.fresh && { fresh: true }) }),
    })) as { signalId: string; repeated: boolean };
    // Watched, every line is a document of its own.
    if (values.json)
      values.watch ? console.log(JSON.stringify({ event: 'request', ...answer })) : printJson(answer);
    else console.log(`${answer.repeated ? 'Requested before' : 'Requested'}: signal ${answer.signalId}`);
    return values.watch ? watchOne(answer.signalId, values) : 0;
  },
};
