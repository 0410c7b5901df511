/** `policy` of a model file in plain English: a sentence for each of its fields. Pure. */
import type { Freeze, Policy } from '../config/schema.ts';
import { counted } from '../domain/plural.ts';
import { every, further, span, type Told } from './words.ts';

const modeWords: Readonly<Record<Policy['mode'], string>> = {
  auto: 'Mode auto: a signal that nothing blocks starts a run.',
  suggest: 'Mode suggest: a signal that nothing blocks waits for a person to approve its run.',
  observe:
    'Mode observe: what would have started a run is written down, and only what a person requests runs.',
  off: 'Mode off: every signal is rejected.',
};

const adviceWords: Readonly<Record<NonNullable<Policy['advice']>, string>> = {
  off: 'Nothing is said of whether retraining would pay.',
  show: 'Whether retraining would pay is shown, and requests nothing.',
  signal: 'Where retraining would pay, that requests a run, once a day at most.',
};

const whileRunningWords: Readonly<Record<Policy['whileRunning'], string>> = {
  join: 'A signal that comes while a run is under way joins it.',
  queue:
    'A signal that comes while a run is under way waits for a run of its own afterwards, one for all that come meanwhile.',
  reject: 'A signal that comes while a run is under way is rejected.',
  restart: 'A signal that comes while a run is under way has it cancelled for a new one.',
};

/** One for each field there is: a field without one does not compile. */
const tellers: {
  readonly [Field in keyof Policy]-?: (value: Policy[Field]) => string | readonly string[];
} = {
  mode: (mode) => modeWords[mode],
  suggestionExpires: (time) =>
    `In mode suggest a person has ${span(time)} to approve a run; then its signals are rejected.`,
  advice: (advice) => adviceWords[advice ?? 'show'],
  whileRunning: (answer) => whileRunningWords[answer],
  quietPeriod: (time) =>
    span(time) === 'no time'
      ? 'A signal does not wait for others to come.'
      : `A signal waits until no further one has come for ${span(time)}, and one run serves all; what a person requests does not wait.`,
  longestWait: (time) =>
    `Waiting for others, or for more data, takes ${span(time)} at most from the first signal on.`,
  cooldown: (time) =>
    `After the end of a run, signals wait ${span(time)} for the next; what a person requests does not.`,
  cooldownAfterFailure: (time) =>
    time === undefined
      ? 'After a run that released nothing the wait is the same.'
      : `After a run that released nothing they wait ${span(time)}, twice as long after each further one in a row.`,
  longestCooldown: (time) =>
    `However many runs in a row release nothing, that wait is never longer than ${span(time)}.`,
  mostRuns: (most) => {
    if (most === undefined) return 'Runs are not limited in number.';
    const { count, window, ...rest } = most;
    return `At most ${counted(count, 'run')} may start in ${span(window)}, those that people request included; a signal beyond waits.${further(rest)}`;
  },
  budget: (budget) => {
    if (budget === undefined) return 'Hours of jobs are not limited.';
    const { window, computeHours, money, pricePerHour, ...rest } = budget;
    const limits = [
      ...(computeHours === undefined ? [] : [`${counted(computeHours, 'hour')} of jobs`]),
      ...(money === undefined ? [] : [`${money} in money, at ${pricePerHour} an hour`]),
    ];
    return `In ${span(window)} at most ${limits.join(' and ')} may be spent; a signal beyond waits, a person's too.${further(rest)}`;
  },
  lossPerDay: (loss) =>
    loss === undefined
      ? 'The file does not say what a loss costs.'
      : `A day on which the metric is a whole 1 beyond its threshold costs ${loss}: advice weighs that against what a run costs.`,
  breakAfter: (count) =>
    count === undefined
      ? 'However many runs in a row release nothing, signals still start runs.'
      : `After ${counted(count, 'run')} in a row that released nothing signals are rejected, until a run that a person requested releases a version.`,
  freezes: (freezes) =>
    freezes.length === 0 ? 'The file has no freezes.' : freezes.map((freeze) => tellFreeze(freeze)),
  minimumNewRows: (rows) =>
    rows === undefined
      ? 'A run needs no new data.'
      : `No signal starts a run before ${counted(rows, 'row')} of data are new since the last one started; what a person requests does.`,
  rowsAfterChange: (rows) =>
    rows === undefined
      ? 'A signal that tells of a change starts a run at once, however few rows have come since.'
      : `No signal that tells of a change starts a run before ${counted(rows, 'row')} of data have come since it, or the longest wait is over; what a schedule or a person requests does.`,
  priority: (priority) => `Where models wait for slots of the fleet, this one has priority ${priority} of 9.`,
  longestRun: (time) =>
    `A run may take ${span(time)}, outages included; jobs that have not ended by then are cancelled. After twice that it is given up for dead.`,
  pollJobs: (time) => `The status of a job is read ${every(time)}, in case its event was lost.`,
};

function tellFreeze({ name, from, until, cron, timeZone, lasts, answer, ...rest }: Freeze): string {
  const when =
    cron === undefined
      ? `from ${from} until ${until}`
      : `each time that ${cron} comes (${timeZone}), for ${span(lasts!)}`;
  const what = answer === 'reject' ? 'is rejected' : 'waits for its end';
  return `Freeze ${name}: no run starts ${when}; a signal that comes meanwhile ${what}.${further(rest)}`;
}

export function tellPolicy(policy: Policy): readonly Told[] {
  return (Object.keys(tellers) as (keyof Policy)[]).flatMap((field) => tellField(policy, field));
}

function tellField<Field extends keyof Policy>(policy: Policy, field: Field): readonly Told[] {
  const tell = tellers[field] as (value: Policy[Field]) => string | readonly string[];
  const told = tell(policy[field]);
  const path = `policy.${field}`;
  return typeof told === 'string'
    ? [{ path, sentence: told }]
    : told.map((sentence, at) => ({ path: `${path}[${at}]`, sentence }));
}
