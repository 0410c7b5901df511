import { Html, html } from './html.ts';
import { pageStyle, pageStyleHash } from './page-style.ts';

/** A whole document that runs no script and loads nothing: its own policy forbids both, wherever it is opened. */
export function scriptlessPage(title: string, main: Html): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${pageStyleHash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Html(pageStyle)}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
  return page.text;
}
