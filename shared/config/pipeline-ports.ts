/**
 * What the steps of a pipeline read and write, as their commands name it: nothing of it is declared beside. Pure.
 *
 * `${{inputs.NAME}}` is an input of the whole job, `${{steps.STEP.outputs.NAME}}` a folder that another step has written,
 * `${{outputs.NAME}}` a folder that this one writes.
 */
import { findShellProblem, findUnknownInputs } from './command.ts';
import type { Problem } from './gate-fields.ts';
import { suggest } from './suggest.ts';

/** An output of another step. */
interface StepRead {
  readonly step: string;
  readonly output: string;
}

interface StepPorts {
  /** Inputs of the job, each once. */
  readonly inputs: readonly string[];
  readonly reads: readonly StepRead[];
  readonly outputs: readonly string[];
}

export const stepRead = /\$\{\{\s*steps\.(\w+)\.outputs\.(\w+)\s*\}\}/g;
const ownPort = /\$\{\{\s*(inputs|outputs)\.([A-Za-z_]\w*)\s*\}\}/g;

/** The output in which the pipeline leaves what training is for. */
export const modelOutput = 'model';

export function portsOf(command: string): StepPorts {
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
  return { inputs: named('inputs'), reads: [...reads.values()], outputs: named('outputs') };
}

interface Steps {
  readonly steps: Readonly<Record<string, { readonly command: string }>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What is wrong with how the steps fit together; paths begin at the pipeline. */
export function* findStepProblems({ steps, settings }: Steps): Generator<Problem> {
  const ports = new Map(Object.entries(steps).map(([name, { command }]) => [name, portsOf(command)]));
  for (const [name, { command }] of Object.entries(steps)) {
    const path = ['steps', name, 'command'];
    const blanked = command.replaceAll(stepRead, (text) => 'x'.repeat(text.length));
    const shell = findShellProblem(blanked);
    if (shell !== null) yield { path, message: shell };
    for (const message of findUnknownInputs(blanked, 'training', Object.keys(settings)))
      yield { path, message };
    for (const read of ports.get(name)!.reads) {
      const message = describeRead(name, read, ports);
      if (message !== null) yield { path, message };
    }
  }
  const writers = [...ports].filter(([, { outputs }]) => outputs.includes(modelOutput)).map(([name]) => name);
  if (writers.length !== 1) {
    const seen = writers.length === 0 ? 'no step does' : `${writers.join(' and ')} do`;
    const message = `exactly one step writes \${{outputs.${modelOutput}}}, the files of the new model, and ${seen}`;
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
  if (other.outputs.includes(output)) return null;
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
