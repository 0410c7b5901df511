import { type Command, readArgs, UsageError } from './command.ts';
import { theOneModel } from './operation.ts';
import { askService, serviceOptions, serviceUsage } from './service.ts';

export const exportCommand: Command = {
  summary: 'Write what the service has recorded of a model as events, which ratchet backtest plays.',
  usage: [
    `ratchet export events MODEL [--out FILE] ${serviceUsage}`,
    'One fact a line, as JSON (docs/backtest.md): reports, data, signals, operations, runs, champions, decisions.',
    'Without --out they are printed; --json changes nothing, for that is what they are.',
    'Exit code: 0 written, 2 wrong usage, 3 any other error.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, { ...serviceOptions, out: { type: 'string' } });
    const [what, ...rest] = positionals;
    if (what !== 'events')
      throw new UsageError(`expected events, got ${what === undefined ? 'nothing' : JSON.stringify(what)}`);
    const model = theOneModel(rest);
    const { askWorld } = await import('../shared/backtest/ask-world.ts');
    const { lines } = await askWorld((path) => askService({ ...values, json: true }, path), model);
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    if (values.out === undefined) process.stdout.write(text);
    else {
      const { writeFileSync } = await import('node:fs');
      writeFileSync(values.out, text);
      console.error(`wrote ${lines.length} lines to ${values.out}`);
    }
    return 0;
  },
};
