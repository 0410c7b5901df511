import * as df from 'durable-functions';

/** What an operation does: the next state, and what the caller is answered. */
type Operations<State> = Readonly<
  Record<string, (state: State, input: never) => { readonly state: State; readonly answer: unknown }>
>;

/** Gives a new entity its state: it answers nothing else before. */
const rebuildOperation = 'rebuild';

/**
 * Registers an entity from pure operations. While it has no state it answers that it is new, and whoever asks has it
 * rebuilt first (ask-model.ts). One that fails answers with a refusal, logs it, and leaves the state as it was: a thrown
 * Error would reach the caller as "[object Object]". Whoever called tries again (insist.ts).
 */
export function defineEntity<State>(name: string, fresh: State, operations: Operations<State>): void {
  df.app.entity<State>(name, (context) => {
    const { operationName = '', entityKey } = context.df;
    const stored = context.df.getState() ?? null;
    const state = stored ?? fresh;
    const refuse = (why: string): void => {
      const refused = `${name} ${entityKey}: ${operationName}: ${why}`;
      context.error(refused);
      context.df.return({ refused });
    };
    if (typeof state !== 'object') return refuse(`its stored state is ${typeof state}, not an object`);
    const operation = Object.hasOwn(operations, operationName) ? operations[operationName] : undefined;
    if (!operation) return refuse(`unknown operation; known: ${Object.keys(operations).join(', ')}`);
    const input = context.df.getInput<never>();
    if (!input) return refuse('no input');
    if (stored === null && operationName !== rebuildOperation) return context.df.return({ isNew: true });
    try {
      const { state: next, answer } = operation(state, input);
      context.df.setState(next);
      context.df.return(answer);
    } catch (error) {
      refuse((error instanceof Error ? error.message : String(error)) || 'it failed and gave no reason');
    }
  });
}
