import { parseCsv, toCsv } from '../examples/spam-filter/csv.ts';
import type { MailFile } from '../examples/spam-filter/weeks.ts';

const everyNth = 10;
/** Enough to end within the last mail's text, which is in quotes. */
const charactersLost = 20;

/** The file as a broken export leaves it: labels in words, some of them lost, and the end cut off on the way. */
export function spoilFile({ name, text }: MailFile): MailFile {
  const [header = [], ...rows] = parseCsv(text);
  const label = header.indexOf('label');
  const wrong = rows.map((fields, index) =>
    fields.with(label, index % everyNth === 0 ? '' : fields[label] === '1' ? 'spam' : 'ham'),
  );
  return { name, text: toCsv([header, ...wrong]).slice(0, -charactersLost) };
}
