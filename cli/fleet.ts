import pc from 'picocolors';
import type { Together } from '../shared/domain/breach-test.ts';
import type { FleetState } from '../shared/domain/fleet-state.ts';
import { counted } from '../shared/domain/plural.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { operate, operationOptions } from './operation.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceUsage } from './service.ts';

/** The state, with what is wrong with the fleet file, and what all rules with a confidence are held to. */
type FleetView = FleetState & {
  readonly problems?: readonly string[];
  readonly together?: Together | null;
};

export const fleet: Command = {
  summary: 'Show the fleet: slots, budget, the kill switch; stop it, resume it, or purge old histories.',
  usage: [
    `ratchet fleet ${serviceUsage}`,
    `ratchet fleet stop|resume --reason TEXT ${serviceUsage}`,
    `ratchet fleet purge --older-than DURATION --reason TEXT ${serviceUsage}`,
    'stop is the kill switch: no run of any model starts. Signals that arrive meanwhile are rejected, and not replayed later.',
    'purge has the task hub forget the orchestrations that have ended and began longer ago than that, such as P90D: for good. The',
    'ledger keeps what it has of them.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, { ...operationOptions, 'older-than': { type: 'string' } });
    const [action, ...more] = positionals;
    const olderThan = values['older-than'];
    if (olderThan !== undefined && action !== 'purge')
      throw new UsageError('--older-than is for purge alone');
    if (action !== undefined) {
      if (!actions.includes(action) || more.length > 0)
        throw new UsageError(`expected stop, resume or purge, got ${JSON.stringify(positionals.join(' '))}`);
      if (action === 'purge' && olderThan === undefined)
        throw new UsageError('--older-than is missing: how long histories are kept, such as P90D');
      return operate(values, 'fleet/operations', { action, ...(olderThan && { olderThan }) });
    }
    const state = (await askService(values, 'fleet')) as FleetView;
    if (values.json) printJson(state);
    else console.log(describe(printableTexts(state)));
    return 0;
  },
};

const actions: readonly string[] = ['stop', 'resume', 'purge'];

function describe({ stopped, places, waiting, spent, policy, problems = [], together }: FleetView): string {
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
    ...(together
      ? [
          `alarms   ${together.falseAlarms} false in expectation of ${counted(together.rules, 'rule')} with a confidence`,
        ]
      : []),
  ].join('\n');
}
