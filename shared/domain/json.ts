/** A value that survives JSON unchanged: what may enter durable history and the ledger. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
