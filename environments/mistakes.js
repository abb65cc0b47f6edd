/** Mistakes that a stranger makes; the one whose number is given is made, and nobody catches what comes of it. */
import {
  adamw,
  chain,
  clipByGlobalNorm,
  cosine,
  groups,
  minimize,
  optimizer,
  otherwise,
  reduceOnPlateau,
  schedule,
  sgd,
  tensor,
  warmupCosine,
} from 'thalweg';

const start = () => adamw({ lr: 0.1 }).init({ W: tensor([2, 2]), b: tensor([2]) });
const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`layer.${i}.weight`, new Float32Array(2)]));
const hyper = { lr: ['η', 0.1] };

const mistakes = [
  () => adamw({ lrr: 1 }),
  () => adamw({ lr: new Float32Array(1000) }),
  () => chain(adamw, 3),
  () => groups([{ match: 3, use: adamw() }]),
  () => groups([{ match: otherwise, use: adamw(), lrr: 1 }]),
  () => optimizer({ name: 'mine', hyper, equations: 'w ← w − η·g·q' })(),
  () => optimizer({ name: 'mine', hyper, equations: `w ← w − η·${'('.repeat(60)}g` })(),
  () => optimizer({ name: 'mine', hyperr: {}, equations: 'w ← w' }),
  () => warmupCosine({ peak: 3e-4, warm: 100, total: 1000 }),
  () => cosine({ from: 'x' }),
  () => schedule('fast'),
  () => tensor([2, -1]),
  () => reduceOnPlateau(3),
  async () => adamw().init({ w: new Float32Array(3) }, { thread: 2 }),
  async () => adamw().init({ w: [1, 2, 3] }),
  async () => clipByGlobalNorm(1).init({ w: new Float32Array(3) }),
  async () => (await start()).step({ v: new Float32Array(2) }),
  async () => (await start()).step({ W: new Float32Array(3) }),
  async () => ((await start()).hyper.lr = -1),
  async () => ((await start()).hyper.lrr = 1),
  async () => (await start()).freeze('q'),
  async () => (await start()).add({ W: tensor([2]) }),
  async () => (await start()).load(new Uint8Array(30)),
  async () => (await start()).load(await (await sgd().init(many)).save()),
  async () => {
    const opt = await start();
    opt.dispose();
    opt.step();
  },
  async () => {
    const opt = await adamw().init(many, { nonFinite: 'throw' });
    for (const g of Object.values(opt.grads)) g.fill(NaN);
    opt.step();
  },
  async () => void (await minimize(() => 'low', new Float64Array(2), { optimizer: adamw(), steps: 5 })),
  async () => void (await minimize((x, g) => g.fill(0).length, new Float64Array(2), { methd: 1 })),
];

if (process.argv[2] === 'count') console.log(mistakes.length);
else void mistakes[Number(process.argv[2])]();
