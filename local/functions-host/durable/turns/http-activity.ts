import type { HttpCall } from '../orchestrator-result.ts';

/** The built-in activity behind `context.df.callHttp`: any status is an answer, only no answer at all is a failure. */
export async function callHttp(input: unknown): Promise<string> {
  const call = input as HttpCall;
  if (call.tokenSource) {
    throw new Error(
      `callHttp to ${call.uri}: token sources are not supported by this host; fetch the token in an activity`,
    );
  }
  const response = await fetch(call.uri, {
    method: call.method,
    redirect: 'manual',
    ...(call.headers ? { headers: call.headers } : {}),
    ...(call.content === undefined ? {} : { body: call.content }),
  });
  return JSON.stringify({
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    content: await response.text(),
  });
}
