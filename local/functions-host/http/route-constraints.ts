/** Inline constraints of ASP.NET route templates: `{id:int}`, `{name:length(3,20)}`. */
type Test = (value: string) => boolean;
type MakeTest = (...args: string[]) => Test;

const isInteger = (value: string, bits: number): boolean => {
  if (!/^[+-]?\d{1,20}$/.test(value)) return false;
  const number = BigInt(value.replace('+', ''));
  return BigInt.asIntN(bits, number) === number;
};
const isNumber = (value: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value);
const guid = /^(\{|\()?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}(\}|\))?$/i;

const constraints: Readonly<Record<string, MakeTest>> = {
  int: () => (value) => isInteger(value, 32),
  long: () => (value) => isInteger(value, 64),
  bool: () => (value) => /^(true|false)$/i.test(value),
  guid: () => (value) => guid.test(value),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  decimal: () => isNumber,
  double: () => isNumber,
  float: () => isNumber,
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  required: () => (value) => value !== '',
  min: (least) => (value) => isInteger(value, 64) && Number(value) >= Number(least),
  max: (most) => (value) => isInteger(value, 64) && Number(value) <= Number(most),
  range: (least, most) => (value) =>
    isInteger(value, 64) && Number(value) >= Number(least) && Number(value) <= Number(most),
  minlength: (least) => (value) => value.length >= Number(least),
  maxlength: (most) => (value) => value.length <= Number(most),
  length:
    (least, most = least) =>
    (value) =>
      value.length >= Number(least) && value.length <= Number(most),
};

/** The test of one constraint such as `int` or `range(1,10)`; throws when there is none of that name. */
export function makeConstraint(text: string): Test {
  const [, name = '', args] = /^(\w+)(?:\((.*)\))?$/.exec(text) ?? [];
  if (name.toLowerCase() === 'regex' && args !== undefined) {
    const expression = new RegExp(args, 'i');
    return (value) => expression.test(value);
  }
  const make = Object.hasOwn(constraints, name.toLowerCase()) ? constraints[name.toLowerCase()] : undefined;
  if (make === undefined) {
    throw new Error(
      `unknown route constraint ${JSON.stringify(text)}; known are ${Object.keys(constraints).join(', ')}, regex`,
    );
  }
  return make(
    ...(args ?? '')
      .split(',')
      .map((arg) => arg.trim())
      .filter((arg) => arg !== ''),
  );
}
