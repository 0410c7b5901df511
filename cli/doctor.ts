import pc from 'picocolors';
import { counted } from '../shared/domain/plural.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { examineFromHere } from './doctor/examine-from-here.ts';
import type { Finding } from './doctor/finding.ts';
import { printableTexts } from './printable-texts.ts';
import { printJson, serviceOptions, serviceUsage } from './service.ts';

const marks = { ok: pc.green('ok'), warning: pc.yellow('warning'), problem: pc.red('problem') };
const markWidth = 9;

export const doctor: Command = {
  summary: 'Find problems: settings, permissions, clocks, dependencies of the service, events, model files.',
  usage: [
    `ratchet doctor ${serviceUsage}`,
    'The service looks at what its own identity sees, this command at what can be seen from here: the address, the clock, the',
    'model files of this folder, and the event subscriptions: those of the local service, or in Azure by az, where it is signed in.',
    'Nothing is sent, started or changed, but for one empty blob, ratchet/doctor.txt.',
    'Exit code: 0 nothing wrong, or warnings alone, 1 a problem, 2 wrong usage, 3 any other error.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, serviceOptions);
    if (positionals.length > 0) throw new UsageError(`takes no ${JSON.stringify(positionals[0])}`);
    if (process.stderr.isTTY && !values.json) console.error(pc.dim('Looking…'));
    const findings = printableTexts(await examineFromHere(values));
    const problems = findings.filter(({ state }) => state === 'problem').length;
    if (values.json) printJson({ healthy: problems === 0, findings });
    else {
      for (const finding of findings) console.log(describe(finding));
      const warnings = findings.filter(({ state }) => state === 'warning').length;
      console.log(
        `\n${counted(problems, 'problem')}, ${counted(warnings, 'warning')}, ${counted(findings.length, 'check')}`,
      );
    }
    return problems === 0 ? 0 : 1;
  },
};

function describe({ check, state, saw, next }: Finding): string {
  const mark = marks[state] + ' '.repeat(Math.max(1, markWidth - state.length));
  return `${mark}${pc.bold(check)}: ${saw}${next === '' ? '' : `\n${' '.repeat(markWidth)}to do: ${next}`}`;
}
