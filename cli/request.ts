import { userInfo } from 'node:os';
import { type Command, readArgs, UsageError } from './command.ts';
import { theOneModel } from './operation.ts';
import { askService, printJson, serviceOptions } from './service.ts';

export const request: Command = {
  summary: 'Request a run of a model, with a reason.',
  usage: [
    'ratchet request MODEL --reason TEXT [--by NAME] [--idempotency-key KEY] [--url URL] [--key KEY] [--json]',
    'The same idempotency key is the same request: sent twice, it counts once.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, {
      ...serviceOptions,
      reason: { type: 'string' },
      by: { type: 'string' },
      'idempotency-key': { type: 'string' },
    });
    const model = theOneModel(positionals);
    if (!values.reason) throw new UsageError('--reason is missing: it is recorded in the ledger');
    const key = values['idempotency-key'];
    const answer = (await askService(values, `models/${encodeURIComponent(model)}/signals`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) },
      body: JSON.stringify({ reason: values.reason, requestedBy: values.by ?? userInfo().username }),
    })) as { signalId: string; repeated: boolean };
    if (values.json) printJson(answer);
    else console.log(`${answer.repeated ? 'Requested before' : 'Requested'}: signal ${answer.signalId}`);
    return 0;
  },
};
