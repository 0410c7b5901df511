import { z } from 'zod';

/** A field of a request's body that says who asks: there is none any more, and whoever still sends it is told why. */
export const proven = z
  .never({
    error: 'who acts is proven, not claimed: leave it out; it is whoever is signed in, or the function key',
  })
  .optional();
