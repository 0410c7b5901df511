export function setup(): void {
  console.log(`RATCHET_SEED=${process.env['RATCHET_SEED']} repeats the random inputs of this run`);
}
