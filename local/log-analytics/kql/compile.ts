/** Expressions to functions of a row, with their types. What does not fit is a semantic error, before any row is read. */
import type { Compiled, Scope } from './compiled.ts';
import { semanticError } from './error.ts';
import { callFunction } from './functions.ts';
import type { Expression } from './syntax.ts';
import { compareValues, isNumeric, type Type, type Value } from './values.ts';

export function compile(expression: Expression, scope: Scope): Compiled {
  switch (expression.kind) {
    case 'literal':
      return { type: expression.type, run: () => expression.value, constant: expression.value };
    case 'column':
      return compileColumn(expression.name, scope);
    case 'member':
      return compileMember(compile(expression.of, scope), expression.name);
    case 'call': {
      const args = expression.args.map((arg) => compile(arg, scope));
      return callFunction(expression.name, args, scope);
    }
    case 'binary': {
      const [left, right] = [compile(expression.left, scope), compile(expression.right, scope)];
      return compileBinary(expression.operator, left, right);
    }
    case 'in': {
      const operand = compile(expression.operand, scope);
      const equal = expression.items.map((item) => compareTo(operand, '==', compile(item, scope)));
      return {
        type: 'bool',
        run(row) {
          const value = operand.run(row);
          return equal.some((holds) => holds(value, row)) !== expression.negated;
        },
      };
    }
    case 'between': {
      const operand = compile(expression.operand, scope);
      const fromLow = compareTo(operand, '>=', compile(expression.low, scope));
      const toHigh = compareTo(operand, '<=', compile(expression.high, scope));
      return {
        type: 'bool',
        run(row) {
          const value = operand.run(row);
          return fromLow(value, row) && toHigh(value, row);
        },
      };
    }
  }
}

function compileColumn(name: string, { columns, operator }: Scope): Compiled {
  const index = columns.findIndex((column) => column.name === name);
  if (index < 0) {
    throw semanticError(
      `'${operator}' operator: Failed to resolve column or scalar expression named '${name.slice(0, 100)}'`,
    );
  }
  return { type: columns[index]!.type, run: (row) => row[index]! };
}

/** What has no such member is null. */
function compileMember({ type, run }: Compiled, name: string): Compiled {
  if (type !== 'dynamic')
    throw semanticError(`A value of type ${type} has no member '${name.slice(0, 100)}'`);
  return {
    type,
    run(row) {
      const value = run(row);
      const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
      return isThere ? ((value as Readonly<Record<string, Value>>)[name] ?? null) : null;
    },
  };
}

function compileBinary(operator: string, left: Compiled, right: Compiled): Compiled {
  if (operator === 'and' || operator === 'or') return compileLogical(operator, left, right);
  const [combine, type] = arithmetic(operator, left.type, right.type) ?? comparison(operator, left, right);
  return {
    type,
    run(row) {
      const [a, b] = [left.run(row), right.run(row)];
      return a === null || b === null ? null : combine(a, b);
    },
  };
}

/** Whether a value of the operand compares so with the other side. The operand itself is evaluated by the caller, once. */
function compareTo(operand: Compiled, operator: string, other: Compiled) {
  const [combine] = comparison(operator, operand, other);
  return (value: Value, row: readonly Value[]): boolean => {
    const limit = other.run(row);
    return value !== null && limit !== null && combine(value, limit) === true;
  };
}

/** What is null is not known to be true. */
function compileLogical(operator: 'and' | 'or', left: Compiled, right: Compiled): Compiled {
  for (const { type } of [left, right]) {
    if (type !== 'bool') throw semanticError(`Operator '${operator}' expects bool, found ${type}`);
  }
  return operator === 'and'
    ? { type: 'bool', run: (row) => left.run(row) === true && right.run(row) === true }
    : { type: 'bool', run: (row) => left.run(row) === true || right.run(row) === true };
}

type Combine = (a: Value, b: Value) => Value;

function arithmetic(operator: string, a: Type, b: Type): [Combine, Type] | null {
  const calculate = calculations[operator];
  if (!calculate) return null;
  const combine: Combine = (x, y) => calculate(x as number, y as number);
  const areNumbers = isNumeric(a) && isNumeric(b);
  if (areNumbers && a === 'long' && b === 'long') {
    // A quotient of whole numbers is a whole number, and there is none by zero.
    const whole: Combine = (x, y) => (y === 0 ? null : Math.trunc((x as number) / (y as number)));
    return [operator === '/' ? whole : combine, 'long'];
  }
  if (areNumbers) return [combine, 'real'];
  const type = timeArithmetic[`${a} ${operator} ${b}`];
  if (type) return [combine, type];
  throw semanticError(`Operator '${operator}' is not defined for ${a} and ${b}`);
}

const calculations: Readonly<Record<string, ((a: number, b: number) => number) | undefined>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

const timeArithmetic: Readonly<Record<string, Type | undefined>> = {
  'datetime - datetime': 'timespan',
  'datetime - timespan': 'datetime',
  'datetime + timespan': 'datetime',
  'timespan + timespan': 'timespan',
  'timespan - timespan': 'timespan',
  'timespan / timespan': 'real',
};

function comparison(operator: string, left: Compiled, right: Compiled): [Combine, Type] {
  const [a, b] = [left.type, right.type];
  const combine = comparisons[operator];
  const isText = ['=~', '!~', 'contains', 'startswith'].includes(operator);
  const fits = isText ? a === 'string' && b === 'string' : a === b || (isNumeric(a) && isNumeric(b));
  if (!combine || !fits || a === 'dynamic') {
    throw semanticError(
      `Cannot compare values of types ${a} and ${b} with '${operator}'. Try adding explicit casts`,
    );
  }
  return [combine, 'bool'];
}

const lower = (value: Value): string => String(value).toLowerCase();
const comparisons: Readonly<Record<string, Combine | undefined>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => !anyNaN(a, b) && compareValues(a, b) < 0,
  '<=': (a, b) => !anyNaN(a, b) && compareValues(a, b) <= 0,
  '>': (a, b) => !anyNaN(a, b) && compareValues(a, b) > 0,
  '>=': (a, b) => !anyNaN(a, b) && compareValues(a, b) >= 0,
  '=~': (a, b) => lower(a) === lower(b),
  '!~': (a, b) => lower(a) !== lower(b),
  contains: (a, b) => lower(a).includes(lower(b)),
  startswith: (a, b) => lower(a).startsWith(lower(b)),
};

function anyNaN(a: Value, b: Value): boolean {
  return Number.isNaN(a) || Number.isNaN(b);
}
