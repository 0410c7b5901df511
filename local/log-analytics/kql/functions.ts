/** The scalar functions of the subset. */
import type { Compiled, Scope } from './compiled.ts';
import { semanticError } from './error.ts';
import { isNumeric, renderValue, type Type, type Value } from './values.ts';

const dayMs = 86_400_000;

type Make = (args: readonly Compiled[], scope: Scope) => Compiled | null;

/** Each answers null where the arguments do not fit. */
const functions: Readonly<Record<string, Make | undefined>> = {
  now: (args, { nowMs }) => (args.length === 0 ? { type: 'datetime', run: () => nowMs } : null),
  ago: ([span, ...rest], { nowMs }) =>
    span?.type === 'timespan' && rest.length === 0
      ? map(span, 'datetime', (value) => nowMs - (value as number))
      : null,
  bin: ([value, step, ...rest]) => (value && step && rest.length === 0 ? bin(value, step) : null),
  startofday: ([value, ...rest]) =>
    value?.type === 'datetime' && rest.length === 0
      ? map(value, 'datetime', (time) => floorTo(time as number, dayMs))
      : null,
  not: ([value, ...rest]) =>
    value?.type === 'bool' && rest.length === 0 ? map(value, 'bool', (known) => !known) : null,
  isnull: ([value, ...rest]) => (value && rest.length === 0 ? isNull(value, true) : null),
  isnotnull: ([value, ...rest]) => (value && rest.length === 0 ? isNull(value, false) : null),
  todouble: toReal,
  toreal: toReal,
  tostring: ([value, ...rest]) => (value && rest.length === 0 ? toText(value) : null),
};

export function callFunction(name: string, args: readonly Compiled[], scope: Scope): Compiled {
  const make = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!make) {
    const known = Object.keys(functions).join(', ');
    throw semanticError(
      `'${scope.operator}' operator: Unknown function: '${name.slice(0, 100)}'; the local Log Analytics knows ${known}`,
    );
  }
  const made = make(args, scope);
  if (made) return made;
  const types = args.map(({ type }) => type).join(', ');
  throw semanticError(`Function '${name}' cannot be invoked with arguments of types (${types})`);
}

function map(argument: Compiled, type: Type, change: (value: Value) => Value): Compiled {
  return {
    type,
    run(row) {
      const value = argument.run(row);
      return value === null ? null : change(value);
    },
  };
}

function isNull({ run }: Compiled, expected: boolean): Compiled {
  return { type: 'bool', run: (row) => (run(row) === null) === expected };
}

/** A string is never null: of nothing it is empty. */
function toText({ type, run }: Compiled): Compiled {
  return {
    type: 'string',
    run(row) {
      const value = run(row);
      if (value === null) return '';
      return typeof value === 'string' ? value : String(renderValue(type, value));
    },
  };
}

function toReal([value, ...rest]: readonly Compiled[]): Compiled | null {
  if (!value || rest.length > 0) return null;
  if (isNumeric(value.type) || value.type === 'bool') return map(value, 'real', Number);
  if (value.type !== 'string') return null;
  return map(value, 'real', (text) => {
    const number = Number(text);
    return String(text).trim() === '' || Number.isNaN(number) ? null : number;
  });
}

/** Rounds down to a multiple of the step. Times are counted from an epoch that begins with a day. */
function bin(value: Compiled, step: Compiled): Compiled | null {
  const isTime = value.type === 'datetime' || value.type === 'timespan';
  const fits = isTime ? step.type === 'timespan' : isNumeric(value.type) && isNumeric(step.type);
  if (!fits) return null;
  const type = value.type === 'long' && step.type === 'real' ? 'real' : value.type;
  return {
    type,
    run(row) {
      const [number, size] = [value.run(row), step.run(row)] as (number | null)[];
      return number === null || size === null || !(size! > 0) ? null : floorTo(number!, size!);
    },
  };
}

function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step;
}
