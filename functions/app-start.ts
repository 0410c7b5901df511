import { app } from '@azure/functions';
import { isSignInOn } from '../shared/access/sign-in.ts';
import { flushTelemetry } from '../shared/telemetry/tell.ts';

/** Said once at the start: everything else works, and nobody would look for the reason before a run waits for a person. */
app.hook.appStart(() => {
  if (isSignInOn(process.env)) return;
  console.warn(
    'App Service authentication is off for this app: nobody can sign in, so that no person can read or operate over /api/signed-in/, and nothing can be approved; switch it on, see docs/access.md',
  );
});

/** What was told of late is sent before the instance goes. */
app.hook.appTerminate(flushTelemetry);
