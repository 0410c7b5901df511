import { globSync } from 'node:fs';
import { type Command, readArgs } from './command.ts';
import { printJson } from './service.ts';

export const validate: Command = {
  summary: 'Check model files and the fleet file: every problem at once, with file and line.',
  usage:
    'ratchet validate [FILE ...] [--json]    default: models/*.yaml\nExit code: 0 all valid, 1 problems, 2 no such file',
  async run(args) {
    const { values, positionals } = readArgs(args, { json: { type: 'boolean', default: false } });
    const files = positionals.length > 0 ? positionals : globSync('models/*.{yaml,yml}').sort();
    if (files.length === 0) {
      console.error('ratchet validate: no model files in models/; name the files to check');
      return 2;
    }
    const { checkConfig, formatProblem } = await import('./check-config.ts');
    const checked = files.map(checkConfig);
    const problems = checked.flatMap((result) => ('problems' in result ? result.problems : []));
    if (values.json) printJson({ valid: problems.length === 0, files, problems });
    else {
      for (const problem of problems) console.error(formatProblem(problem));
      for (const result of checked) if ('valid' in result) console.log(result.valid);
    }
    return problems.length === 0 ? 0 : 1;
  },
};
