/** The page with the figures of a benchmark between its two marks. */
export function writeFigures(page: string, benchmark: string, figures: string): string {
  const [begin, end] = [`<!-- figures of bench:${benchmark} -->`, '<!-- end of the figures -->'];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`page: expected the lines ${begin} and ${end}`);
  return `${page.slice(0, from)}${begin}\n\n${figures}\n\n${page.slice(to)}`;
}
