/**
 * What the steps of a pipeline read and write, as their commands name it, or what their component is bound to. Pure.
 *
 * `${{inputs.NAME}}` is an input of the whole job, `${{steps.STEP.outputs.NAME}}` a folder that another step has written,
 * `${{outputs.NAME}}` a folder that this one writes. What else a component writes is not known from the model file.
 */
import { findShellProblem, findUnknownInputs, type Phase, resultOf } from './command.ts';
import type { Problem } from './gate-fields.ts';
import { suggest } from './suggest.ts';

/** An output of another step. */
interface StepRead {
  readonly step: string;
  readonly output: string;
}

/** What an input of a component is bound to. `other`: to nothing that there is. */
export type Binding =
  | { readonly from: 'value'; readonly value: string }
  | { readonly from: 'input'; readonly input: string }
  | ({ readonly from: 'step' } & StepRead)
  | { readonly from: 'other' };

interface StepPorts {
  /** Inputs of the job, each once. */
  readonly inputs: readonly string[];
  readonly reads: readonly StepRead[];
  readonly outputs: readonly string[];
  /** Whether it may write others, too: those of a published component. */
  readonly writesOthers: boolean;
}

export const stepRead = /\$\{\{\s*steps\.(\w+)\.outputs\.(\w+)\s*\}\}/g;
const ownPort = /\$\{\{\s*(inputs|outputs)\.([A-Za-z_]\w*)\s*\}\}/g;

const wholeInput = /^\$\{\{\s*inputs\.([A-Za-z_]\w*)\s*\}\}$/;
const wholeRead = /^\$\{\{\s*steps\.(\w+)\.outputs\.(\w+)\s*\}\}$/;

export function readBinding(value: string | number | boolean): Binding {
  const text = String(value);
  const [, input] = wholeInput.exec(text) ?? [];
  if (input !== undefined) return { from: 'input', input };
  const [, step, output] = wholeRead.exec(text) ?? [];
  if (step !== undefined) return { from: 'step', step, output: output! };
  return text.includes('${{') ? { from: 'other' } : { from: 'value', value: text };
}

/** A step as far as its ports go. */
type Step =
  | { readonly command: string }
  | {
      readonly component: string;
      readonly inputs: Readonly<Record<string, string | number | boolean>>;
      readonly outputs?: Readonly<Record<string, string | undefined>> | undefined;
    };

export function portsOf(step: Step): StepPorts {
  if ('command' in step) return portsOfCommand(step.command);
  const bindings = Object.values(step.inputs).map(readBinding);
  return {
    inputs: [...new Set(bindings.flatMap((each) => (each.from === 'input' ? [each.input] : [])))],
    reads: bindings.flatMap((each) => (each.from === 'step' ? [each] : [])),
    outputs: Object.keys(step.outputs ?? {}),
    writesOthers: true,
  };
}

function portsOfCommand(command: string): StepPorts {
  const own = [...command.matchAll(ownPort)].map(([, kind, name]) => ({ kind, name: name! }));
  const named = (kind: string) => [
    ...new Set(own.filter((port) => port.kind === kind).map(({ name }) => name)),
  ];
  const reads = new Map(
    [...command.matchAll(stepRead)].map(([, step, output]) => [
      `${step}.${output}`,
      { step: step!, output: output! },
    ]),
  );
  return {
    ...{ inputs: named('inputs'), reads: [...reads.values()] },
    ...{ outputs: named('outputs'), writesOthers: false },
  };
}

interface Steps {
  readonly steps: Readonly<Record<string, Step>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What is wrong with how the steps fit together; paths begin at the pipeline. */
export function* findStepProblems({ steps, settings }: Steps, phase: Phase): Generator<Problem> {
  const ports = new Map(Object.entries(steps).map(([name, step]) => [name, portsOf(step)]));
  for (const [name, step] of Object.entries(steps)) {
    const path = ['steps', name, 'command' in step ? 'command' : 'inputs'];
    if ('command' in step) {
      const blanked = step.command.replaceAll(stepRead, (text) => 'x'.repeat(text.length));
      const shell = findShellProblem(blanked);
      if (shell !== null) yield { path, message: shell };
      for (const message of findUnknownInputs(blanked, phase, Object.keys(settings))) yield { path, message };
    }
    for (const read of ports.get(name)!.reads) {
      const message = describeRead(name, read, ports);
      if (message !== null) yield { path, message };
    }
  }
  const result = resultOf[phase];
  const writers = [...ports].filter(([, { outputs }]) => outputs.includes(result)).map(([name]) => name);
  if (writers.length !== 1) {
    const seen = writers.length === 0 ? 'no step does' : `${writers.join(' and ')} do`;
    const what = phase === 'training' ? 'the files of the new model' : 'what the gates read';
    const message = `exactly one step writes \${{outputs.${result}}}, ${what}, and ${seen}`;
    yield { path: ['steps'], message };
  }
  const circle = findCircle(ports);
  if (circle.length > 0) {
    const message = `${circle.join(', ')} wait for each other: each reads what another of them writes; break the circle`;
    yield { path: ['steps'], message };
  }
}

function describeRead(
  name: string,
  { step, output }: StepRead,
  ports: ReadonlyMap<string, StepPorts>,
): string | null {
  const written = `\${{steps.${step}.outputs.${output}}}`;
  if (step === name) return `${written} is its own output; write \${{outputs.${output}}}`;
  const other = ports.get(step);
  if (!other)
    return `${written} names no step${suggest(step, [...ports.keys()])}; there are ${[...ports.keys()].join(', ')}`;
  if (other.writesOthers || other.outputs.includes(output)) return null;
  const has = other.outputs.join(', ') || 'none';
  return `${written}: step ${step} writes no such output${suggest(output, other.outputs)}; it has ${has}`;
}

/** The steps that can never begin, for each waits for another of them. */
function findCircle(ports: ReadonlyMap<string, StepPorts>): readonly string[] {
  const left = new Map([...ports].map(([name, { reads }]) => [name, reads.map(({ step }) => step)]));
  for (;;) {
    const free = [...left].filter(([name, before]) =>
      before.every((step) => step === name || !left.has(step)),
    );
    if (free.length === 0) return [...left.keys()];
    for (const [name] of free) left.delete(name);
  }
}
