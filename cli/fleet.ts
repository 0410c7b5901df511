import pc from 'picocolors';
import type { FleetState } from '../shared/domain/fleet-state.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { operate, operationOptions } from './operation.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson } from './service.ts';

/** The state, with what is wrong with the fleet file. */
type FleetView = FleetState & { readonly problems?: readonly string[] };

export const fleet: Command = {
  summary: 'Show the fleet: slots, budget, the kill switch; stop it, or resume it.',
  usage: [
    'ratchet fleet [--url URL] [--key KEY] [--json]',
    'ratchet fleet stop|resume --reason TEXT [--by NAME] [--url URL] [--key KEY] [--json]',
    'stop is the kill switch: no run of any model starts. Signals that arrive meanwhile are rejected, and not replayed later.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, operationOptions);
    const [action, ...more] = positionals;
    if (action !== undefined) {
      if ((action !== 'stop' && action !== 'resume') || more.length > 0) {
        throw new UsageError(`expected stop or resume, got ${JSON.stringify(positionals.join(' '))}`);
      }
      return operate(values, 'fleet/operations', { action });
    }
    const state = (await askService(values, 'fleet')) as FleetView;
    if (values.json) printJson(state);
    else console.log(describe(printableTexts(state)));
    return 0;
  },
};

function describe({ stopped, places, waiting, spent, policy, problems = [] }: FleetView): string {
  const most = policy?.maximumConcurrentRuns;
  const hours = spent.reduce((sum, { computeHours }) => sum + computeHours, 0);
  return [
    ...problems.map((problem) => pc.red(problem)),
    stopped ? pc.red(`stopped by ${stopped.by} at ${stopped.at}: ${stopped.reason}`) : 'open: runs may start',
    `slots    ${places.length}${most === undefined ? '' : ` of ${most}`} taken${places.length > 0 ? `: ${places.map(({ model }) => model).join(', ')}` : ''}`,
    `waiting  ${waiting.length === 0 ? 'none' : waiting.map(({ model, since }) => `${model} since ${since}`).join(', ')}`,
    ...(policy?.budget
      ? [`budget   ${hours.toFixed(2)} h spent or reserved in ${policy.budget.window}`]
      : []),
  ].join('\n');
}
