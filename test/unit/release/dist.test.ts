import { it } from 'vitest';
import { live } from './invariants.test.ts';
it('x', () => {
  const c: Record<string, number> = {}; const acts: Record<string, number> = {}; const states: Record<string,number>={};
  for (let seed = 0; seed < 600; seed++) { const { world, ended } = live([seed, 20 + seed * 3],2000);
    const k = ended?.do === 'end' ? `${ended.ended.state} ${ended.ended.sentence.replace(/\d\S*/g,'#').slice(0,50)}` : `open ${world.state.release?.state} ${world.state.release?.asks?.why}`; c[k] = (c[k] ?? 0) + 1;
    for (const d of world.deeds) { acts[d.action.do] = (acts[d.action.do] ?? 0) + 1; const s=d.after.release?.state ?? '-'; states[s]=(states[s]??0)+1; } }
  console.log(c, acts, states);
});
