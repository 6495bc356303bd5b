import { readFileSync } from 'node:fs';
import * as m from '@click-recall/model';
const rows = readFileSync(process.argv[2], 'utf8').trim().split('\n').slice(1).map((l) => l.split('\t'));
const users = new Map();
rows.forEach(([u, i, , t], n) => { if (!users.has(u)) users.set(u, []); users.get(u).push([Number(t), n, i]); });
const vocab = new Map(); const seqs = [];
for (const [, ev] of users) { ev.sort((a, b) => a[0] - b[0] || a[1] - b[1]); seqs.push(ev.map(([, , i]) => { if (!vocab.has(i)) vocab.set(i, vocab.size + 1); return vocab.get(i); })); }
console.log('users', seqs.length, 'items', vocab.size);
const future = { inputs: m.sequenceBatch(seqs.map((s) => s.slice(0, -1))), targets: Int32Array.from(seqs, (s) => s.at(-1)) };
const rest = m.sequenceBatch(seqs.map((s) => s.slice(0, -1)));
for (const keep of [1e9, 8]) {
  const cut = (b) => keep > 1e6 ? b : m.sequenceBatch(Array.from({ length: m.sequenceCount(b) }, (_, u) => m.sequenceAt(b, u).slice(-keep)));
  const data = cut(rest);
  const fut = { inputs: data, targets: future.targets };
  for (const seed of [1, 2]) {
    const cfg = { ...m.defaultModelConfig, training: { ...m.defaultModelConfig.training, seed } };
    const s = m.splitLeaveOneOut(data);
    const e = m.createSequenceEncoder(cfg.encoder, vocab.size, seed);
    const t0 = Date.now();
    const r = await m.trainEncoder({ encoder: e, train: s.train, validation: s.validation, config: cfg.training });
    const show = async (label) => { const f = await m.evaluateFullRanking({ encoder: e, ...fut }); console.log(`keep ${keep} seed ${seed} ${label}: future hr ${f.hr.toFixed(4)} ndcg ${f.ndcg.toFixed(4)}`); };
    const test = await m.evaluateFullRanking({ encoder: e, ...s.test });
    console.log(`best ${r.bestEpoch}/${r.epochs.length} loss ${r.epochs.at(-1).loss.toFixed(3)} val ${r.bestValidation.ndcg.toFixed(4)} test hr ${test.hr.toFixed(4)} ndcg ${test.ndcg.toFixed(4)} s ${(Date.now() - t0) / 1000}`);
    await show('gate model');
    for (let k = 1; k <= 6; k++) {
      await m.trainEncoder({ encoder: e, train: data, config: { ...cfg.training, epochs: 1, seed: seed * 100 + k } });
      if (k !== 4 && k !== 5) await show(`+${k} final epochs`);
    }
    e.dispose();
  }
}
