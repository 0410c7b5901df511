import type { Command } from './command.ts';

export const init: Command = {
  summary:
    'Make a first model here: its model file, code that trains and evaluates, and data to try it with.',
  usage: [
    'ratchet init [--name MODEL] [--language LANGUAGE] [--data FILE.csv ... --target COLUMN [--id COLUMN]] [--task TASK]',
    '             [--dir DIR] [--no-try] [--force] [--yes] [--json]',
    'In a terminal it asks for what is not given; --yes takes what is usual.',
    '  --name MODEL         lower-case letters, digits and hyphens (usual: the name of the folder)',
    '  --language LANGUAGE  python (no package needed), python-sklearn or node (usual: python)',
    '  --data FILE.csv      your own data, with a header line; may be given several times, oldest first. Without it: sample data',
    '  --target COLUMN      of your data: what the model is to predict',
    '  --id COLUMN          of your data: what tells rows apart (usual: a column called id, or else the number of the row)',
    '  --task TASK          binary, regression or multiclass (usual: what the target looks like; of sample data, binary)',
    '  --dir DIR            where to write (usual: this folder)',
    '  --no-try             do not train once to see whether it works',
    '  --force              overwrite files that are there; without it nothing is written if one is',
    'Exit code: 0 made, 1 made, but it does not train, 2 wrong usage, or files are there, 3 any other error.',
  ].join('\n'),
  run: async (args) => (await import('./init/make-model.ts')).makeModel(args),
};
