/** `triggers` of a model file in plain English: what requests a run, and how long it must last. Pure. */
import type { ModelConfig } from '../config/schema.ts';
import { nameAwaited } from '../domain/absence.ts';
import { driftPart } from '../domain/composite.ts';
import { counted } from '../domain/plural.ts';
import { further, quoted, span, type Told } from './words.ts';

type Triggers = ModelConfig['triggers'];

interface Judged {
  readonly below?: number | undefined;
  readonly above?: number | undefined;
  readonly breaches: number;
  readonly windows: number;
  readonly confidence?: number | undefined;
}

/** ` below 0.95`, what that does, and how often it must be so. */
function tellLimit(
  { below, above, breaches, windows, confidence }: Judged,
  does: string,
): {
  readonly limit: string;
  readonly persists: string;
} {
  return {
    limit: below === undefined ? `above ${above}` : `below ${below}`,
    persists: `${windows === 1 ? does : `${does} once ${breaches} of the last ${windows} windows are`}${tellConfidence(confidence)}`,
  };
}

const requests = 'requests a run';

/** What a rule does: one that asks only together with others counts for those. */
type Does = (rule: string) => string;

function doesOf(composites: Triggers['composites'] = []): Does {
  return (rule) => {
    const names = composites.filter(({ rules }) => rules.includes(rule)).map(({ name }) => name);
    return names.length === 0 ? requests : `counts for composite ${names.join(' and ')}`;
  };
}

function tellConfidence(confidence: number | undefined): string {
  if (confidence === undefined) return '';
  return `; a value counts where its interval lies wholly beyond the threshold, with confidence ${confidence} over all windows of a champion`;
}

/** One for each kind there is. */
const forms = { proportion: ', a share of its rows' } as const;

const tellForm = (valueIs: keyof typeof forms | undefined): string =>
  valueIs === undefined ? '' : (forms[valueIs] ?? `, a ${valueIs}`);

/** What else stands beside the value, by the names of columns or of logged metrics. */
function tellBasis(rule: {
  readonly sample?: string | undefined;
  readonly minimumSample?: number | undefined;
  readonly standardError?: string | undefined;
}): string {
  const { sample, minimumSample = 0, standardError } = rule;
  const over = sample === undefined ? '' : `, over at least ${counted(minimumSample, 'row')} by ${sample}`;
  return `${over}${standardError === undefined ? '' : `, with its standard error by ${standardError}`}`;
}

/** One for each field there is: a field without one does not compile. */
const tellers: {
  readonly [Field in keyof Triggers]-?: (value: Triggers[Field], does: Does) => string | readonly string[];
} = {
  metrics: (rules, does) =>
    rules.map(
      ({ name, metric, below, above, minimumSample, breaches, windows, confidence, valueIs, ...rest }) => {
        const { limit, persists } = tellLimit({ below, above, breaches, windows, confidence }, does(name));
        return `Rule ${name}: a reported ${metric}${tellForm(valueIs)} ${limit}, over at least ${counted(minimumSample, 'row')}, ${persists}.${further(rest)}`;
      },
    ),
  queries: (rules, does) =>
    rules.map(
      ({
        name,
        query,
        cron,
        timeZone,
        lookBack,
        value,
        window,
        sample,
        minimumSample,
        below,
        above,
        breaches,
        windows,
        confidence,
        valueIs,
        standardError,
        ...rest
      }) => {
        const { limit, persists } = tellLimit({ below, above, breaches, windows, confidence }, does(name));
        const of = window === undefined ? '' : `, by ${window}`;
        const basis = tellBasis({ sample, minimumSample, standardError });
        return `Rule ${name}: asked at ${cron} (${timeZone}) of the last ${span(lookBack)}, ${value}${of}${tellForm(valueIs)} ${limit}${basis} ${persists}; the query is ${quoted(query)}.${further(rest)}`;
      },
    ),
  runs: (rules, does) =>
    rules.map(
      ({
        name,
        experiment,
        metric,
        sample,
        minimumSample,
        standardError,
        below,
        above,
        breaches,
        windows,
        confidence,
        valueIs,
        ...rest
      }) => {
        const { limit, persists } = tellLimit({ below, above, breaches, windows, confidence }, does(name));
        const basis = tellBasis({ sample, minimumSample, standardError });
        return `Rule ${name}: ${metric}${tellForm(valueIs)} ${limit}${basis}, logged by a run of experiment ${experiment}, ${persists}.${further(rest)}`;
      },
    ),
  alerts: (alerts, does) =>
    alerts.map(
      ({ name, rule, ...rest }) =>
        `Trigger ${name}: alert rule ${rule} of Azure Monitor ${does(name)} when it fires.${further(rest)}`,
    ),
  drift: (drift, does) =>
    drift
      ? `A breach that a model monitor finds ${does(driftPart)}, once the workspace has confirmed it.`
      : 'Breaches of model monitors ask for nothing.',
  data: (data) => {
    if (typeof data === 'boolean') {
      return data ? 'Every new file of data requests a run.' : 'New data is counted, and requests nothing.';
    }
    const { minimumRows, minimumBytes, ...rest } = data;
    const amounts = [
      ...(minimumRows === undefined ? [] : [counted(minimumRows, 'row')]),
      ...(minimumBytes === undefined ? [] : [counted(minimumBytes, 'byte')]),
    ];
    return `New data requests a run once ${amounts.join(' and ')} have come since the last one started.${further(rest)}`;
  },
  schedules: (schedules) =>
    schedules.map(
      ({ name, cron, timeZone, ...rest }) =>
        `Schedule ${name} requests a run at ${cron} (${timeZone}).${further(rest)}`,
    ),
  composites: (composites = []) =>
    composites.map(({ name, rules, need = rules.length, within, inOrder, ...rest }) => {
      const many = need === rules.length ? 'all' : `at least ${need}`;
      const order = inOrder ? ', having turned so in this order' : '';
      return `Composite ${name}: rules ${rules.join(', ')} request a run only together, once ${many} of them are bad${order}, last seen so within ${span(within)}.${further(rest)}`;
    }),
  absences: (absences = [], does) =>
    absences.map(({ name, of, for: allowed, from, retrain, ...rest }) => {
      const doing = does(name);
      const asks = retrain || doing !== requests ? `it ${doing}` : 'no run is requested';
      const since = from === undefined ? 'the last one' : `the last one, or ${from}`;
      return `Absence ${name}: once no ${nameAwaited(of)} has come for ${span(allowed)} since ${since}, people are told, and ${asks}.${further(rest)}`;
    }),
  championAge: (age) =>
    age === undefined
      ? "The champion's age requests nothing."
      : `A champion that is older than ${span(age)} requests a run, and again whenever as much time has passed.`,
  registry: (registry) =>
    registry
      ? 'A version that a person registers is evaluated, and promoted where it passes.'
      : 'Versions that people register ask for nothing.',
};

export function tellTriggers(triggers: Triggers): readonly Told[] {
  return (Object.keys(tellers) as (keyof Triggers)[]).flatMap((field) => tellField(triggers, field));
}

function tellField<Field extends keyof Triggers>(triggers: Triggers, field: Field): readonly Told[] {
  const tell = tellers[field] as (value: Triggers[Field], does: Does) => string | readonly string[];
  const told = tell(triggers[field], doesOf(triggers.composites));
  const path = `triggers.${field}`;
  if (typeof told === 'string') return [{ path, sentence: told }];
  return told.map((sentence, at) => ({ path: `${path}[${at}]`, sentence }));
}
