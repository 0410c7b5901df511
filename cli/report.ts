import pc from 'picocolors';
import { type Command, readArgs, UsageError } from './command.ts';
import { theOneModel } from './operation.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceOptions, serviceUsage } from './service.ts';

interface Answer {
  readonly model: string;
  readonly breaches: readonly {
    readonly rule: string;
    readonly signalId: string;
    readonly summary: string;
  }[];
  readonly recoveries: readonly { readonly rule: string; readonly summary: string }[];
}

export const report: Command = {
  summary:
    'Report metrics of a model in production; each that breaks a rule of the model file becomes a signal.',
  usage: [
    `ratchet report MODEL METRIC=VALUE... --sample ROWS [--window NAME] [--observed-at TIME]`,
    `    [--standard-error METRIC=VALUE]... ${serviceUsage}`,
    '--sample is how many rows the values were computed over; --window names the stretch of time they are about: one that is',
    'reported twice asks once. Omitted: values of now, in a window of their own.',
    'Exit code: 0 reported, whether a rule was broken or not, 2 wrong usage, 3 any other error.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, {
      ...serviceOptions,
      sample: { type: 'string' },
      window: { type: 'string' },
      'observed-at': { type: 'string' },
      'standard-error': { type: 'string', multiple: true },
    });
    const model = theOneModel(positionals.slice(0, 1));
    const metrics = readNumbers(positionals.slice(1));
    if (Object.keys(metrics).length === 0)
      throw new UsageError('name what was measured, such as accuracy=0.91');
    if (!/^\d{1,15}$/.test(values.sample ?? ''))
      throw new UsageError(
        `--sample must be how many rows the values were computed over, a whole number; found ${values.sample === undefined ? 'nothing' : JSON.stringify(values.sample)}`,
      );
    const observedAt = values['observed-at'] ?? new Date().toISOString();
    const errors = readNumbers(values['standard-error'] ?? []);
    const body = {
      window: values.window ?? observedAt,
      ...{ observedAt, sample: Number(values.sample), metrics },
      ...(Object.keys(errors).length > 0 && { standardErrors: errors }),
    };
    const answer = (await askService(values, `models/${encodeURIComponent(model)}/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })) as Answer;
    if (values.json) printJson(answer);
    else console.log(describe(printableTexts(answer)));
    return 0;
  },
};

function readNumbers(given: readonly string[]): Record<string, number> {
  const read = given.map((text): [string, number] => {
    const [, metric, value] = /^(.+)=(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?)$/i.exec(text) ?? [];
    if (metric === undefined || !Number.isFinite(Number(value)))
      throw new UsageError(
        `expected METRIC=VALUE with a number, such as accuracy=0.91; found ${JSON.stringify(text)}`,
      );
    return [metric, Number(value)];
  });
  const names = read.map(([metric]) => metric);
  const twice = names.find((metric, at) => names.indexOf(metric) !== at);
  if (twice !== undefined) throw new UsageError(`${twice} is there twice; give one value`);
  return Object.fromEntries(read);
}

function describe({ model, breaches, recoveries }: Answer): string {
  const lines = [
    ...breaches.map(
      ({ rule, signalId, summary }) =>
        `${pc.yellow('breach')}     ${rule}  ${summary}\n           signal ${signalId}`,
    ),
    ...recoveries.map(({ rule, summary }) => `${pc.green('good')}       ${rule}  ${summary}`),
  ];
  const none = `Reported. No rule of ${model} was broken; ratchet explain ${model} shows what each says.`;
  return lines.length === 0 ? none : lines.join('\n');
}
