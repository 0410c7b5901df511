import pc from 'picocolors';
import { type Command, readArgs, UsageError } from './command.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceOptions, serviceUsage } from './service.ts';

interface WhoAmI {
  readonly kind: 'person' | 'machine';
  readonly name: string;
  readonly id: string;
  readonly roles: readonly string[];
  readonly teams: readonly string[];
  readonly may: readonly string[];
  /** Why roles may be missing; null: none is. */
  readonly incomplete: string | null;
}

export const whoami: Command = {
  summary: 'Show who the service takes you for, and what you may do.',
  usage: [
    `ratchet whoami ${serviceUsage}`,
    'Exit code: 0 known, 1 known and without a role, 2 wrong usage, 3 not known or broken.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, serviceOptions);
    if (positionals.length > 0) throw new UsageError(`expected no ${JSON.stringify(positionals.join(' '))}`);
    const answer = (await askService(values, 'whoami')) as WhoAmI;
    if (values.json) printJson(answer);
    else console.log(describe(printableTexts(answer)));
    return answer.may.length === 0 ? 1 : 0;
  },
};

function describe({ kind, name, id, roles, teams, may, incomplete }: WhoAmI): string {
  return [
    `${pc.bold(name)}  a ${kind}, id ${id}`,
    `roles  ${roles.join(', ') || pc.red('none: ask who runs the service to assign one (docs/access.md)')}`,
    ...(teams.length > 0 ? [`teams  ${teams.join(', ')}`] : []),
    `may    ${may.join(', ') || 'nothing'}`,
    ...(incomplete === null ? [] : [pc.yellow(incomplete)]),
  ].join('\n');
}
