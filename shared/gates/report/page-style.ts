import { createHash } from 'node:crypto';

/** Colours have a contrast of 4.5 and more against what they stand on, in either scheme. */
export const pageStyle = `
:root { color-scheme: light dark; --page: #fff; --panel: #f6f8fa; --line: #d0d7de; --text: #1f2328; --dim: #59636e;
  --challenger: #0b5cad; --champion: #a04100; --limit: #b3261e; --passed: #116329; --inconclusive: #7a4b00;
  --failed: #b3261e; --error: #85208c; --ignored: #59636e; --on-verdict: #fff; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --panel: #161b22; --line: #3d444d; --text: #e6edf3;
  --dim: #9aa5b1; --challenger: #6cb2ff; --champion: #f5a662; --limit: #ff8a80; --passed: #56d364;
  --inconclusive: #e3b341; --failed: #ff8a80; --error: #e29cea; --ignored: #9aa5b1; --on-verdict: #0d1117; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { font-size: 22px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 36px 0 10px; } h3 { font-size: 16px; margin: 0; }
h4 { font-size: 14px; margin: 18px 0 6px; }
h1, h2, h3, p, li, dd, caption, [scope="row"], .why td { overflow-wrap: anywhere; }
.dim { color: var(--dim); } p { margin: 8px 0; }
a { color: var(--challenger); }
.verdict { display: inline-block; padding: 1px 9px; border-radius: 4px; font-weight: 600; font-size: 13px;
  white-space: nowrap; color: var(--on-verdict); }
.passed { background: var(--passed); } .inconclusive { background: var(--inconclusive); }
.failed { background: var(--failed); } .error { background: var(--error); } .ignored { background: var(--ignored); }
.top { border: 1px solid var(--line); border-radius: 8px; background: var(--panel); padding: 16px 18px; margin: 16px 0; }
.top .verdict { font-size: 20px; padding: 3px 14px; }
.gate { border: 1px solid var(--line); border-radius: 8px; padding: 16px 18px; margin: 16px 0; }
.head { display: flex; gap: 10px; align-items: center; flex-wrap: wrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 16px; margin: 10px 0 0; }
.numbers { display: flex; flex-wrap: wrap; gap: 6px 28px; } .numbers dd { font-variant-numeric: tabular-nums; }
.numbers dt { font-size: 13px; } dt { color: var(--dim); } dd { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
caption { text-align: left; color: var(--dim); padding: 4px 0; }
th, td { text-align: left; vertical-align: top; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; } th.number, td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.plot { width: 190px; } td.plot svg { width: 180px; margin-top: 1px; } tr.why td { border-bottom: 1px solid var(--line); padding-top: 0; }
tr.with-why > * { border-bottom: 0; padding-bottom: 1px; }
figure { margin: 12px 0 0; } .figures figure { max-width: 460px; } figcaption { font-size: 13px; color: var(--dim); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 18px; }
/* Reliability beside the scores of both sides. */
.figures figure:first-child:nth-last-child(3) { grid-row: span 2; }
summary { cursor: pointer; color: var(--dim); font-size: 14px; margin-top: 10px; }
svg { display: block; width: 100%; height: auto; } svg text { fill: var(--dim); font: 12px system-ui, sans-serif; }
svg .strong { fill: var(--text); } svg .axis { stroke: var(--line); fill: none; }
svg .reference { stroke: var(--dim); stroke-dasharray: 2 4; fill: none; }
svg .limit { stroke: var(--limit); stroke-width: 2; stroke-dasharray: 6 3; } svg text.of-limit { fill: var(--limit); }
svg .challenger { stroke: var(--challenger); fill: var(--challenger); }
svg .champion { stroke: var(--champion); fill: var(--champion); }
svg .curve { fill: none; stroke-width: 1.5; } svg .hollow { fill: var(--page); stroke-width: 1.5; }
svg .bar { stroke: var(--page); stroke-width: 0.5; } svg .faint { fill-opacity: 0.65; }
svg .span { stroke-width: 3; }
`;

/** As a browser holds a style against a Content-Security-Policy. */
export const pageStyleHash = `sha256-${createHash('sha256').update(pageStyle).digest('base64')}`;
