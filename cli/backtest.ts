import { writeFileSync } from 'node:fs';
import type { Backtest } from '../shared/backtest/backtest.ts';
import { assumptionOptions, readAssumptions, readMeasure, readMoment } from './backtest/read-options.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { theOneModel } from './operation.ts';
import { askService, printJson, serviceOptions, serviceUsage } from './service.ts';

export const backtest: Command = {
  summary:
    'Play policies over what has happened: the runs, money, waits and staleness of each, and what differs.',
  usage: [
    'ratchet backtest MODEL [--policy FILE]... [--from TIME] [--until TIME] [--events FILE] [--html FILE]',
    '                 [--metric NAME --below|--above NUMBER] [--run-lasts DURATION] [--run-hours HOURS]',
    '                 [--run-outcome released|gate-failed] [--price-per-hour PRICE] [--unknown-versions unknown|nearest]',
    `                 ${serviceUsage}`,
    'Plays the model file in force, then each --policy: a model file, or a file with policy or triggers alone, which are put',
    'into the one in force. What is played is what the service has recorded, or FILE, as ratchet export events writes it;',
    'with FILE nothing is asked of a service, and the model file in force is the one in FILE, or models/MODEL.yaml.',
    'What is before --from is played and not counted. Loss is counted of --metric, or the first rule of metrics.',
    'What the history does not say is assumed, and printed: of runs that never took place, how long they take (--run-lasts,',
    '--run-hours; without: as the last one by then, or 1 h), how they end (released), what an hour costs (the price in the',
    'budget), and what their versions are worth (unknown).',
    'Exit code: 0 played, 2 wrong usage, 3 any other error, or a file that is not valid.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, {
      ...serviceOptions,
      ...assumptionOptions,
      policy: { type: 'string', multiple: true, default: [] },
      from: { type: 'string' },
      until: { type: 'string' },
      events: { type: 'string' },
      html: { type: 'string' },
    });
    const model = theOneModel(positionals);
    const [from, until] = [readMoment('from', values.from), readMoment('until', values.until)];
    if (from !== null && until !== null && from >= until)
      throw new UsageError(`--from is ${from}, and --until is ${until}: give a later end`);
    const measure = readMeasure(values);
    readAssumptions(values, null);
    const { askWorld } = await import('../shared/backtest/ask-world.ts');
    const { readWorld } = await import('./backtest/read-world.ts');
    const { readPolicyFile } = await import('./backtest/read-policies.ts');
    const { events } = values;
    const ask = (path: string) => askService(values, path);
    const world = events === undefined ? await askWorld(ask, model) : readWorld(events, model);
    const named = values.policy.map((file) => ({
      name: file,
      pinned: readPolicyFile(file, model, world.base?.pinned ?? null),
    }));
    const policies = world.base ? [world.base, ...named] : named;
    const [first] = policies;
    if (!first) throw new UsageError(`there is no model file of ${model} here: give one with --policy`);
    const price = first.pinned.config.policy.budget?.pricePerHour ?? world.fleet.policy?.budget?.pricePerHour;
    const assumptions = readAssumptions(values, price ?? null);
    const { backtest: play } = await import('../shared/backtest/backtest.ts');
    const { lines, fleet } = world;
    const found = play({ lines, policies, fleet, assumptions, from, until, measure });
    await show(found, values);
    return 0;
  },
};

async function show(
  found: Backtest,
  { html, json }: { readonly html?: string | undefined; readonly json: boolean },
): Promise<void> {
  if (html !== undefined) {
    const { renderBacktest } = await import('./backtest/page.ts');
    writeFileSync(html, renderBacktest(found));
    console.error(`wrote ${html}`);
  }
  if (json) printJson(found);
  else if (html === undefined) {
    const { describeBacktest } = await import('./backtest/describe.ts');
    for (const line of describeBacktest(found)) console.log(line);
  }
}
