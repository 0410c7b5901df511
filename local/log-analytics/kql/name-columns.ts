import type { Named } from './syntax.ts';

/** The names of a result's columns, as the service gives them: `avg_score`, `count_`, `Column1`. */
export function nameColumns(items: readonly Named[]): string[] {
  const taken = new Set<string>();
  return items.map(({ name, expression }, index) => {
    const wanted = name ?? followingName(expression) ?? `Column${index + 1}`;
    let free = wanted;
    for (let count = 1; taken.has(free); count++) free = `${wanted}${count}`;
    taken.add(free);
    return free;
  });
}

function followingName(expression: Named['expression']): string | null {
  if (expression.kind === 'column') return expression.name;
  if (expression.kind !== 'call') return null;
  const { name, args } = expression;
  const first = args[0]?.kind === 'column' ? args[0].name : '';
  if (name === 'bin' || name === 'startofday') return first || null;
  const second = args[1]?.kind === 'literal' ? `_${String(args[1].value)}` : '';
  return `${name}_${first}${second}`;
}
