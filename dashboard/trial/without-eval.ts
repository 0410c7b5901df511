/** Before any schema is made: the policy of the page lets nobody make code of text, and so much as a try is reported. */
import * as z from 'zod';

z.config({ jitless: true });
