/** Reads a history: every line that is wrong at once, each with its number. Pure. */
import { suggest } from '../config/suggest.ts';
import { readIsoTime } from '../domain/iso-time.ts';
import { counted } from '../domain/plural.ts';
import { type HistoryLine, HistoryLineSchema } from './history-schema.ts';

type ReadHistory = { readonly lines: readonly HistoryLine[] } | { readonly problems: readonly string[] };

const problemsAtMost = 20;
const types = HistoryLineSchema.options.map((option) => option.shape.type.value);

/** The lines in the order of their times; of one time, in the order of the text. Empty lines are passed over. */
export function readHistory(text: string): ReadHistory {
  const lines: HistoryLine[] = [];
  const problems: string[] = [];
  const lineOfRun = new Map<string, number>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = readLine(line);
    if ('problem' in read) problems.push(`line ${index + 1}: ${read.problem}`);
    else {
      lines.push(read.line);
      if (read.line.type !== 'run') continue;
      const { run } = read.line;
      const before = lineOfRun.get(run);
      if (before !== undefined)
        problems.push(
          `line ${index + 1}: run.run: ${run} is told on line ${before} already; leave one line for each run`,
        );
      lineOfRun.set(run, before ?? index + 1);
    }
  }
  if (problems.length > problemsAtMost) {
    const left = problems.length - problemsAtMost;
    return {
      problems: [...problems.slice(0, problemsAtMost), `and ${counted(left, 'more line')} like these`],
    };
  }
  return problems.length > 0 ? { problems } : { lines: sortLines(lines) };
}

/** Sorting keeps the order of what came at one time. */
export function sortLines(lines: readonly HistoryLine[]): readonly HistoryLine[] {
  return lines.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function readLine(text: string): { readonly line: HistoryLine } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: `is not JSON; it begins ${JSON.stringify(text.slice(0, 40))}` };
  }
  const parsed = HistoryLineSchema.safeParse(value);
  if (parsed.success) return { line: { ...parsed.data, at: readIsoTime(parsed.data.at)! } as HistoryLine };
  const type = typeof value === 'object' && value !== null ? (value as { type?: unknown }).type : undefined;
  if (typeof type !== 'string' || !types.includes(type as never)) {
    const like = typeof type === 'string' ? suggest(type, types) : '';
    return { problem: `type ${JSON.stringify(type)}${like}; expected one of ${types.join(', ')}` };
  }
  const [issue] = parsed.error.issues;
  const path = issue!.path.map(String).join('.');
  return { problem: `${type}${path === '' ? '' : `.${path}`}: ${issue!.message}` };
}
