import { existsSync, statSync } from 'node:fs';
import { type Command, readArgs, UsageError } from './command.ts';
import { requireFile } from './require-file.ts';
import { printJson } from './service.ts';

export const validate: Command = {
  summary: 'Check model files and the fleet file: every problem at once, with file and line.',
  usage: [
    'ratchet validate [FOLDER | FILE ...] [--json]',
    'A folder is checked as the service reads it: every model file in it, and the fleet file. Without one, and without files: RATCHET_MODELS_DIR, or models.',
    'Warnings name what is valid but probably not intended.',
    'Exit code: 0 all valid, with or without warnings, 1 problems, 2 no such file or folder.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, { json: { type: 'boolean', default: false } });
    const [first] = positionals;
    const named =
      positionals.length === 1 && existsSync(first!) && statSync(first!).isDirectory() ? first : undefined;
    if (named === undefined) for (const file of positionals) requireFile(file);
    const folder = named ?? (process.env['RATCHET_MODELS_DIR'] || 'models');
    if (positionals.length === 0 && !existsSync(folder))
      throw new UsageError(
        `there is no folder ${folder}; name the files to check, or set RATCHET_MODELS_DIR`,
      );
    const { checkFiles, checkFolder, formatProblem } = await import('./check-config.ts');
    const { files, valid, problems, warnings } =
      positionals.length > 0 && named === undefined ? checkFiles(positionals) : checkFolder(folder);
    if (files.length === 0)
      throw new UsageError(`there is no model file in ${folder}; name the files to check`);
    if (values.json) printJson({ valid: problems.length === 0, files, problems, warnings });
    else {
      for (const problem of problems) console.error(formatProblem(problem));
      for (const warning of warnings) console.error(`warning: ${formatProblem(warning)}`);
      for (const line of valid) console.log(line);
    }
    return problems.length === 0 ? 0 : 1;
  },
};
