import { type Command, UsageError } from './command.ts';

export const gate: Command = {
  summary: "Judge an evaluation's files by a model file's gates, or plan how many rows they need.",
  usage: [
    'ratchet gate evaluate --model models/NAME.yaml [--predictions FILE] [--metrics FILE] [--train-ids FILE] [--thresholds FILE] [--no-champion] [--run RUN] [--look N] [--html FILE] [--json]',
    'ratchet gate plan --model models/NAME.yaml --rows N [--positives SHARE] [--challenger [METRIC=]VALUE] [--gain [METRIC=]VALUE] [--disagreement SHARE] [--predictions FILE] [--thresholds FILE] [--look N] [--json]',
    'plan says before any training what each gate could detect with a holdout of N rows, and how many rows it needs.',
    'Exit code of plan: 0 planned, 2 wrong usage.',
    'With evaluation.threshold from training, --thresholds is the thresholds.json of the evidence; plan takes --thresholds beside --predictions.',
    'Predictions and train ids are Parquet where the name ends in .parquet, CSV otherwise.',
    'The service judges with the same code; --run sets the run id in the report.',
    'An interim look is one evaluation on the same holdout. Only the service counts them: --look says which one this is.',
    '--html also writes the report as a page.',
    'Exit code of evaluate: 0 passed, 1 failed, 2 inconclusive, 3 error, wrong usage included.',
  ].join('\n'),
  async run(args) {
    if (args[0] === 'plan') return (await import('./plan-gates.ts')).plan(args.slice(1));
    try {
      // Gates and statistics are loaded only where they judge: no other command waits for them.
      const { evaluateGates } = await import('./evaluate-gates.ts');
      return await evaluateGates(args);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      // Elsewhere 2: here that would read as inconclusive.
      console.error(`ratchet gate: ${error.message}\n\n${gate.usage}`);
      return 3;
    }
  },
};
