/**
 * The page that a link in a notice leads to: what is to be approved, and a form to approve or reject it.
 *
 * It stands behind the door of people alone, for a machine approves nothing: the link says what, the platform who. Looking
 * changes nothing, whoever looks: a scanner of links, a preview, whoever it was handed on to. A form is taken once for each
 * person and link, from this app's own page, with a token that was made for that person; sent again it is the same operation.
 */
import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { formToken, isFormToken, readLink } from '../shared/access/approval-link.ts';
import { readPrincipal } from '../shared/access/read-principal.ts';
import { allow, type Visitor } from '../shared/access/visitor.ts';
import { requireRelease } from '../shared/dispatch/find-release.ts';
import { readReleaseNow } from '../shared/dispatch/read-release.ts';
import { requestOperation } from '../shared/dispatch/request-operation.ts';
import type { Operation, ReleaseAction } from '../shared/domain/operation.ts';
import { modelOfRelease } from '../shared/domain/run.ts';
import { shortHash } from '../shared/domain/short-hash.ts';
import { RatchetError } from '../shared/errors.ts';
import { readForm } from '../shared/http/read-form.ts';
import { answering } from '../shared/http/respond.ts';
import {
  type ApprovalPage,
  approvalPageHeaders,
  renderApprovalPage,
  renderRefusalPage,
} from '../shared/pages/approval-page.ts';
import { tryOrder } from '../shared/release/transitions/try-order.ts';
import { wiring } from '../shared/wiring.ts';

const route = 'signed-in/releases/{id}/approval';
const extraInputs = [df.input.durableClient()];

app.http('get-approval-page-signed-in', {
  ...{ route, extraInputs, methods: ['GET'], authLevel: 'anonymous' },
  handler: answering(async (request, context) => {
    const visitor = await admit(request);
    if (!visitor) return leadToSignIn(request);
    const asked = await readAsked(request);
    if (typeof asked === 'string') return refusal(404, asked);
    return show(context, visitor, asked, null);
  }),
});

app.http('post-approval-page-signed-in', {
  ...{ route, extraInputs, methods: ['POST'], authLevel: 'anonymous' },
  handler: answering(async (request, context) => {
    const { signIn, publicUrl } = await wiring.settings();
    const visitor = readPrincipal(request.headers, signIn);
    allow(visitor, 'read');
    const own = [request.url, ...(publicUrl === null ? [] : [publicUrl])];
    const form = await readForm(
      request,
      own.map((url) => new URL(url).host),
    );
    const asked = await readAsked(request);
    if (typeof asked === 'string') return refusal(404, asked);
    return act(request, context, visitor, asked, form);
  }),
});

/** Null: somebody in a browser who is not signed in yet. */
async function admit(request: HttpRequest): Promise<Visitor | null> {
  const { signIn } = await wiring.settings();
  try {
    const visitor = readPrincipal(request.headers, signIn);
    allow(visitor, 'read');
    return visitor;
  } catch (error) {
    const isBrowser = /\btext\/html\b/.test(request.headers.get('accept') ?? '');
    if (isBrowser && error instanceof RatchetError && error.code === 'not-signed-in') return null;
    throw error;
  }
}

/** App Service signs people in there, and sends them back; a path alone leads to no other site. */
function leadToSignIn(request: HttpRequest): HttpResponseInit {
  const { pathname, search } = new URL(request.url);
  const location = `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(`${pathname}${search}`)}`;
  return {
    status: 302,
    headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  };
}

interface Asked {
  readonly releaseId: string;
  readonly binding: string;
  readonly link: string;
}

/** What the link is of; a text says why it is good for nothing. */
async function readAsked(request: HttpRequest): Promise<Asked | string> {
  const { linkSecrets } = await wiring.settings();
  if (linkSecrets.length === 0) return 'links to approvals are off: RATCHET_LINK_SECRET is not set';
  const link = (request.query.get('link') ?? '').slice(0, 4_000);
  const read = readLink(link, linkSecrets, new Date().toISOString());
  if (typeof read === 'string')
    return `${read}; ratchet release ${(request.params['id'] ?? '').slice(0, 250)} shows what is asked now`;
  const { releaseId, binding } = read;
  if (releaseId !== request.params['id']) return `this link is of another release: ${releaseId}`;
  return { releaseId, binding, link };
}

async function show(
  context: InvocationContext,
  visitor: Visitor,
  asked: Asked,
  came: Pick<ApprovalPage, 'said' | 'isRefusal'> | null,
  status = 200,
): Promise<HttpResponseInit> {
  const { row, refused } = await look(context, visitor, asked);
  const { linkSecrets } = await wiring.settings();
  const token = formToken(asked.link, visitor.actor.id, linkSecrets[0]!);
  const form = came === null && refused === null ? { link: asked.link, token } : null;
  const said = came ?? { said: refused, isRefusal: refused !== null };
  const page = { row, visitor: visitor.actor.name, ...said, form };
  return { status, headers: approvalPageHeaders, body: renderApprovalPage(page) };
}

/** The release as it stands, and why this person could not approve it by this link; null: they could. */
async function look(context: InvocationContext, visitor: Visitor, asked: Asked) {
  const { row, state } = await readReleaseNow(df.getClient(context), asked.releaseId);
  const { actor, teams } = visitor;
  const order = {
    action: 'approve-release',
    releaseId: asked.releaseId,
    binding: asked.binding,
    teams,
  } as const;
  const refused =
    whyNot(visitor) ?? (state ? tryOrder(state, order, actor, new Date().toISOString()) : row.sentence);
  return { row, refused };
}

function whyNot(visitor: Visitor): string | null {
  try {
    allow(visitor, 'approve-release');
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

async function act(
  request: HttpRequest,
  context: InvocationContext,
  visitor: Visitor,
  { link, ...asked }: Asked,
  form: URLSearchParams,
): Promise<HttpResponseInit> {
  const { releaseId, binding } = asked;
  const what = form.get('action');
  const reason = (form.get('reason') ?? '').trim();
  if (what !== 'approve' && what !== 'reject') return refusal(400, 'action: approve or reject');
  if (reason === '' || reason.length > 1000)
    return refusal(400, 'reason: 1 to 1000 characters are needed: it stands in the ledger');
  const actor = allow(visitor, `${what}-release`);
  const { linkSecrets } = await wiring.settings();
  const isOwn = isFormToken(form.get('token') ?? '', { link, actorId: actor.id, secrets: linkSecrets });
  if (!isOwn) return refusal(403, 'this form is not the one that was made for you: open the link again');
  const order: ReleaseAction =
    what === 'approve'
      ? { action: 'approve-release', releaseId, binding, teams: visitor.teams }
      : { action: 'reject-release', releaseId, binding };
  const model = modelOfRelease(releaseId)!;
  const release = requireRelease(model, (await wiring.models()).get(model));
  const key = `link-${shortHash(link)}`;
  const client = df.getClient(context);
  const answer = await requestOperation(client, request, {
    model,
    action: order,
    actor,
    reason,
    release,
    key,
  });
  const { sentence } = (answer.jsonBody as { operation: Partial<Operation> }).operation;
  const said = sentence ?? 'It is under way: open the link again in a while to see what came of it.';
  const isRefusal = answer.status === 409;
  return show(context, visitor, { ...asked, link }, { said, isRefusal }, answer.status ?? 200);
}

function refusal(status: number, said: string): HttpResponseInit {
  return { status, headers: approvalPageHeaders, body: renderRefusalPage(said) };
}
