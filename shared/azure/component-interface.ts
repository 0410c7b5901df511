/**
 * What a published component declares, and whether what a model file binds fits it. Pure.
 *
 * Owns: reading a `componentSpec`; inputs that are missing, that there are none of, or of another type; outputs likewise; machines
 * that would count nowhere. Does not own: asking for it (component-registry.ts), the model file by itself
 * (shared/config/pipeline-schema.ts).
 *
 * Source: azure-ai-ml, Component and Input (`_to_rest_object`, and their tests): types, `optional`, `default`, `enum`, `min` and
 * `max` as the clients publish them; "CLI (v2) command component YAML schema" for what they mean. The specification leaves the
 * content of `componentSpec` open, so nothing is believed of its shape.
 */

import { readBinding } from '../config/pipeline-ports.ts';
import type { ComponentStep, PipelineConfig, PublishedConfig } from '../config/pipeline-schema.ts';
import { suggest } from '../config/suggest.ts';

interface DeclaredInput {
  readonly type: string;
  readonly optional: boolean;
  readonly default: string | null;
  readonly enum: readonly string[] | null;
  readonly min: number | null;
  readonly max: number | null;
}

export interface ComponentInterface {
  /** `command` and `pipeline` are those that a model file may name. */
  readonly type: string;
  readonly inputs: Readonly<Record<string, DeclaredInput>>;
  /** Their types, by name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** How many machines it takes of its own accord. */
  readonly machines: number;
  readonly command: string | null;
  /** As the service writes them, ids for the most part. */
  readonly code: string | null;
  readonly environment: string | null;
  /** Of a pipeline, the components of its steps by their names. */
  readonly steps: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;

export function readInterface(spec: unknown): ComponentInterface {
  const { type, inputs, outputs, resources, command, code, environment, jobs } = fieldsOf(spec);
  const machines = Number(fieldsOf(resources)['instance_count']);
  return {
    type: textOf(type)?.toLowerCase() ?? 'unknown',
    inputs: mapped(inputs, readInput),
    outputs: mapped(outputs, (output) => typeOf(fieldsOf(output)['type'], 'uri_folder')),
    machines: Number.isInteger(machines) && machines > 1 ? machines : 1,
    ...{ command: textOf(command), code: textOf(code), environment: textOf(environment) },
    steps: mapped(
      jobs,
      (job) => textOf(fieldsOf(job)['componentId']) ?? textOf(fieldsOf(job)['component']) ?? '',
    ),
  };
}

function readInput(input: unknown): DeclaredInput {
  const { type, optional, default: given, enum: values, min, max } = fieldsOf(input);
  return {
    type: typeOf(type, 'string'),
    optional: String(optional).toLowerCase() === 'true',
    default: given === undefined || given === null ? null : String(given),
    enum: Array.isArray(values) ? values.map(String) : null,
    ...{ min: numberOf(min), max: numberOf(max) },
  };
}

/** Early components have names of types with a capital, and `float`. */
function typeOf(type: unknown, fallback: string): string {
  const name = textOf(type)?.toLowerCase() ?? fallback;
  return name === 'float' ? 'number' : name;
}

const literals = ['string', 'number', 'integer', 'boolean'];
const inputTypes: Readonly<Record<string, string>> = {
  data: 'uri_folder',
  manifest: 'uri_file',
  challenger: 'uri_folder',
  champion: 'uri_folder',
};
/** Types of outputs that are folders. */
const folders = ['uri_folder', 'custom_model', 'mlflow_model'];

/** What a binding is checked in. */
interface Place {
  readonly settings: PipelineConfig['settings'];
  /** Whether there is a champion whose files an input could have. */
  readonly hasChampion: boolean;
  /** The type of another step's output; undefined: it writes no such one; null: nobody can say. */
  typeOfOutput(step: string, output: string): string | null | undefined;
}

type Bound = Pick<ComponentStep, 'component' | 'inputs' | 'outputs'> & Pick<ComponentStep, 'resources'>;

/** Every reason why the service could not run the component as the model file binds it, each a sentence without its full stop. */
export function* findMisfits(
  bound: Bound | PublishedConfig,
  found: ComponentInterface,
  place: Place,
): Generator<string> {
  const { component, inputs, outputs = {} } = bound;
  const isPublished = 'machines' in bound;
  const wanted = isPublished ? 'pipeline' : 'command';
  if (found.type !== wanted) {
    yield `component ${component} is of type ${found.type}, and ${wanted} is needed${describeOtherKind(found.type)}`;
    return;
  }
  for (const [name, declared] of Object.entries(found.inputs)) {
    const given = inputs[name];
    const isFree = declared.optional || declared.default !== null;
    if (given === undefined) {
      if (!isFree)
        yield `component ${component} requires input ${name} (${declared.type}), which inputs does not give; add it`;
      continue;
    }
    const why = findWrongValue(given, declared, place);
    if (why !== null) yield `input ${name} of component ${component} ${why}`;
  }
  for (const name of Object.keys(inputs)) {
    if (!found.inputs[name])
      yield `component ${component} has no input ${name}${suggest(name, Object.keys(found.inputs))}; it has ${listed(found.inputs)}`;
  }
  for (const [result, name] of Object.entries(outputs)) {
    if (name === undefined) continue;
    const type = found.outputs[name];
    if (type === undefined)
      yield `component ${component} has no output ${name}, which is to be the ${result}${suggest(name, Object.keys(found.outputs))}; it has ${listed(found.outputs)}`;
    else if (!folders.includes(type))
      yield `output ${name} of component ${component} is of type ${type}, and the ${result} is a folder`;
  }
  const machines = isPublished ? 1 : (bound.resources?.instanceCount ?? 1);
  if (found.machines > machines)
    yield `component ${component} takes ${found.machines} machines, which would count in no hours; give resources.instanceCount: ${found.machines}`;
}

function describeOtherKind(type: string): string {
  if (type === 'pipeline') return '; a published pipeline is the whole job, of kind: pipeline-component';
  return type === 'command' ? '; a component of a command is a step of kind: component' : '';
}

/** Null where nothing is wrong with it. */
function findWrongValue(
  given: string | number | boolean,
  declared: DeclaredInput,
  place: Place,
): string | null {
  const binding = readBinding(given);
  if (binding.from === 'step') {
    const { step, output } = binding;
    const type = place.typeOfOutput(step, output);
    if (type === undefined)
      return `is bound to output ${output} of step ${step}, which writes no such output`;
    return type === null || type === declared.type
      ? null
      : `takes ${declared.type}, and output ${output} of step ${step} is ${type}`;
  }
  if (binding.from === 'input') {
    const { input } = binding;
    const type = inputTypes[input];
    if (input === 'champion' && !place.hasChampion && !declared.optional)
      return 'is the champion, and is required: before the first release there is none; publish the component with the input optional';
    if (type !== undefined)
      return type === declared.type ? null : `takes ${declared.type}, and \${{inputs.${input}}} is ${type}`;
    const value = place.settings[input];
    return value === undefined
      ? `is bound to ${given}, which there is not`
      : findWrongLiteral(value, declared);
  }
  return findWrongLiteral(given, declared);
}

function findWrongLiteral(
  value: string | number | boolean,
  { type, enum: values, min, max }: DeclaredInput,
): string | null {
  const seen = JSON.stringify(value);
  if (!literals.includes(type)) return `takes ${type}, and ${seen} is a value`;
  const text = String(value);
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (type === 'boolean' && !/^(?:true|false)$/i.test(text)) return `takes true or false, and is ${seen}`;
  if (type === 'number' && !Number.isFinite(number)) return `takes a number, and is ${seen}`;
  if (type === 'integer' && !Number.isSafeInteger(number)) return `takes a whole number, and is ${seen}`;
  if (values !== null && !values.includes(text)) return `takes one of ${values.join(', ')}, and is ${seen}`;
  if (min !== null && number < min) return `takes at least ${min}, and is ${seen}`;
  return max !== null && number > max ? `takes at most ${max}, and is ${seen}` : null;
}

const listed = (ports: Fields): string => Object.keys(ports).join(', ') || 'none';

function fieldsOf(value: unknown): Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {};
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function numberOf(value: unknown): number | null {
  const number = value === undefined || value === null || value === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : null;
}

function mapped<T>(fields: unknown, read: (value: unknown) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(fieldsOf(fields)).map(([name, value]) => [name, read(value)]));
}
