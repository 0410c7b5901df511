import { render } from 'preact';
import { watchAddress } from './address/address.ts';
import { App } from './app.tsx';
import { keepTime } from './parts/now.ts';
import { keepTextPlain } from './parts/plain-text.ts';
import { keepScheme } from './parts/shell.tsx';
import { keepLive } from './service/live.ts';
import { openSession } from './service/session.ts';

keepTextPlain();
keepScheme();
watchAddress();
keepTime();
render(<App />, document.getElementById('page')!);
void openSession();
keepLive();
