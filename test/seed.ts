/** Seeds every random input of a run with the number that the run began with: `RATCHET_SEED=… npm test` repeats it. */
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env['RATCHET_SEED']) });
