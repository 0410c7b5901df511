/** CSV as RFC 4180 has it: commas, quotes around whatever needs them, quotes inside them doubled. Pure. */

export function toCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((fields) => `${fields.map(toField).join(',')}\n`).join('');
}

function toField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** One field and what ends it. A field in quotes may hold commas, line ends and doubled quotes. */
const fieldForm = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|\r|$)/y;

/** The rows of a text, the header among them. Throws an error that says where the text is no CSV. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let fields: string[] = [];
  fieldForm.lastIndex = 0;
  while (fieldForm.lastIndex < text.length || fields.length > 0) {
    const from = fieldForm.lastIndex;
    const match = fieldForm.exec(text);
    if (!match) throw new Error(`row ${rows.length + 1}: no CSV at character ${from + 1}`);
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    rows.push(fields);
    fields = [];
  }
  return rows;
}
