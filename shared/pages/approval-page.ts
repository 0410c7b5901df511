/**
 * The page at which a person looks at exactly what an approval is of, and approves or rejects it.
 *
 * Owns: what it shows, and the policy it is sent with. Does not own: who looks, and what comes of a form (functions).
 *
 * Invariants
 * 1. Pure. Whatever a release says, names and reasons included, is text on the page and never markup.
 * 2. It runs no script and loads nothing; its form goes to this app alone, and no other page can frame it.
 */
import { createHash } from 'node:crypto';
import type { ApprovalSubject, ReleaseRow } from '../domain/release-state.ts';
import { Html, html } from '../gates/report/html.ts';

const style = `
:root { color-scheme: light dark; --page: #fff; --text: #1f2328; --dim: #59636e; --line: #d0d7de; --act: #0b5cad; --no: #b3261e; --on: #fff; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --text: #e6edf3; --dim: #9aa5b1; --line: #3d444d; --act: #6cb2ff;
  --no: #ff8a80; --on: #0d1117; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 760px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { font-size: 22px; margin: 0 0 4px; } p { margin: 10px 0; } .dim { color: var(--dim); }
h1, p, dd { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 16px 0; }
dt { color: var(--dim); } dd { margin: 0; } code { font-size: 13px; }
.said { border-left: 4px solid var(--act); padding: 4px 12px; } .no { border-color: var(--no); }
form { border: 1px solid var(--line); border-radius: 8px; padding: 16px; margin: 20px 0; }
label { display: block; } textarea { width: 100%; margin: 6px 0 12px; font: inherit; color: inherit; background: inherit; }
button { font: inherit; padding: 6px 16px; border: 0; border-radius: 4px; color: var(--on); background: var(--act); cursor: pointer; }
button.reject { background: var(--no); margin-left: 12px; } a { color: var(--act); }
`;

const styleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`;

/**
 * With the policy `no-referrer` a browser would send the form with `Origin: null` (Fetch, "append a request Origin header"),
 * by which no form could be told from another site's.
 */
export const approvalPageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src '${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

export interface ApprovalPage {
  readonly row: ReleaseRow;
  readonly visitor: string;
  /** What is said to whoever looks: that the link is void, that they may not, what came of their word. */
  readonly said: string | null;
  readonly isRefusal: boolean;
  /** Null: there is nothing to send. */
  readonly form: { readonly link: string; readonly token: string } | null;
}

export function renderApprovalPage({ row, visitor, said, isRefusal, form }: ApprovalPage): string {
  const { model, runId, approval, binding, approvals } = row;
  return document(
    `Approval: version ${model.version} of ${model.name}`,
    html`<p class="dim">Release ${row.releaseId}, ${row.state}. You are ${visitor}.</p>
${said === null ? null : html`<p class="said ${isRefusal ? 'no' : ''}">${said}</p>`}
<p>${row.sentence}</p>
${
  approval
    ? html`<dl>${describe(approval.subject).map(([name, value]) => html`<dt>${name}</dt><dd><code>${value}</code></dd>`)}
<dt>Binding</dt><dd><code>${binding}</code></dd>
<dt>Until</dt><dd>${approval.until}</dd>
<dt>Approved</dt><dd>${approvals.length === 0 ? 'by nobody yet' : approvals.map((each) => html`by ${each.by} at ${each.at}: ${each.reason}<br>`)}</dd></dl>`
    : null
}
<p><a href="../../runs/${encodeURIComponent(runId)}/report">The gate report of its run</a></p>
${form ? renderForm(form) : null}`,
  );
}

/** Where there is no release to show. */
export function renderRefusalPage(said: string): string {
  return document('Approval', html`<p class="said no">${said}</p>`);
}

function renderForm({ link, token }: NonNullable<ApprovalPage['form']>): Html {
  return html`<form method="post" action="?link=${link}" autocomplete="off">
<input type="hidden" name="token" value="${token}">
<label for="reason">Why, for the ledger</label>
<textarea id="reason" name="reason" rows="3" maxlength="1000" required></textarea>
<button name="action" value="approve">Approve</button>
<button name="action" value="reject" class="reject">Reject</button>
</form>`;
}

function describe(subject: ApprovalSubject): [string, string][] {
  return [
    ['Model', subject.model],
    ['Version', subject.version],
    ['Digest of its files', subject.digest ?? 'not known'],
    ['Data', subject.dataHash],
    ['Gate report', subject.gateReportHash],
    ['Model file', subject.configHash],
    ['Endpoint', subject.endpoint],
    ['release.target', subject.targetHash],
    ['Stage', subject.stage ?? 'none'],
    ['Stage in the file', subject.stageHash],
  ];
}

function document(title: string, body: Html): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
  return page.text;
}
