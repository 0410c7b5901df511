import type { Command } from './command.ts';

export const init: Command = {
  summary:
    'Create a first model here: a model file, code that trains and evaluates, and data to try it with.',
  usage: [
    'ratchet init [--name MODEL] [--language LANGUAGE] [--data FILE.csv ... --target COLUMN [--id COLUMN]] [--task TASK]',
    '             [--dir DIR] [--no-try] [--force] [--yes] [--json]',
    'In a terminal it asks for what is not given; --yes takes the defaults.',
    '  --name MODEL         lower-case letters, digits and hyphens (default: the name of the folder)',
    '  --language LANGUAGE  python (no package needed), python-sklearn or node (default: python)',
    '  --data FILE.csv      your own data, with a header line; may be given several times, oldest first. Without it: sample data',
    '  --target COLUMN      of your data: the column that the model predicts',
    '  --id COLUMN          of your data: the column that identifies a row (default: a column named id, or else the number of the row)',
    '  --task TASK          binary, regression or multiclass (default: inferred from the target; binary for sample data)',
    '  --dir DIR            where to write (default: this folder)',
    '  --no-try             do not train once to check that it works',
    '  --force              overwrite existing files; without it nothing is written if one exists',
    'Exit code: 0 created, 1 created, but training failed, 2 wrong usage, or a file exists, 3 any other error.',
  ].join('\n'),
  run: async (args) => (await import('./init/make-model.ts')).makeModel(args),
};
