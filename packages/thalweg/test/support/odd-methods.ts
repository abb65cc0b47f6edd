/** Methods whose equations and names try what text targets can say: names of every script and of the languages themselves, matrices, sums of every scope, first values. */
import {
  adamw,
  chain,
  clipByGlobalNorm,
  ema,
  groups,
  lion,
  lookahead,
  mechanic,
  muon,
  optimizer,
  otherwise,
  schedule,
  shampoo,
  warmupCosine,
  type Method,
} from 'thalweg';

const own = (
  name: string,
  equations: string,
  more: { readonly init?: Readonly<Record<string, string>>; readonly evaluate?: string } = {},
): Method => optimizer({ name, hyper: { lr: ['η', 0.1] }, equations, ...more })();

/** The methods by a name that is an identifier. */
export const oddMethods: Readonly<Record<string, Method>> = {
  helpers: own('helpers', 'work ← 0.5·work + g @ gᵀ; rows2 = work @ g; take = rows2ᵀ; bytes = take·2; multiply = bytesᵀ; u = rank ≥ 2 ? multiply : g; w ← w − η·0.001·u'),
  transposes: own('transposes', 'u = rank ≥ 2 ? (gᵀ @ g @ gᵀ)ᵀ : g; v = rank ≥ 2 ? transpose(gᵀ) : g; w ← w − η·(0.01·u + v)'),
  rows: own('rows', 'r ← 0.9·r + rowMean(g²); c ← max(c, colMax(abs(g))); w ← w − η·g / (√r + c + 1)'),
  both: own('both', 'r = rowSum(g²); c = colSum(g²); V = √(r·c / (sum(r) + 1e-9)); w ← w − η·g / (V + 1)'),
  squares: own('squares', 'L ← 0.9·L + g @ gᵀ; Q ← orthonormal(L + 0.1·Q); w ← w − η·Q @ (inverseRoot(L, 2, 1e-3) @ g)'),
  sometimes: own('sometimes', 'u = t mod 3 == 0 ? (rank ≥ 2 ? newtonSchulz(g, 1.5, −0.5, 0, 4, 1e-7) : sign(g)) : g; w ← w − η·u'),
  ranks: own('ranks', 'm ← min(rows, cols) > 1 ? 0.9·m + g : g; w ← w − η·m·(rank == 0 ? 2 : rank == 1 ? 3 : 4) / size'),
  first: own('first', 'x ← 0.9·x + 0.1·w; n ← n + 1; w ← w − η·(g + 0.1·(w − x)) / n', { init: { x: 'w', n: '1' } }),
  elsewhere: own('elsewhere', 'z ← z − η·g; w ← 0.9·w + 0.1·z', { init: { z: 'w' }, evaluate: 'z' }),
  sums: own('sums', 'd ← max(d, ⟨g, g⟩_group); s = ‖g‖_all; k = ‖w‖; w ← w − η·g·k / (√d + s + 1)'),
  late: own('late', 'u = rank ≥ 2 ? newtonSchulz(g, 1.5, −0.5, 0, 4, 1e-7) : g; n = ‖u‖_group; p ← 0.9·p + n; w ← w − η·u / (p + 1)·‖u‖'),
  shifted: own('shifted', 'a ← b; b ← a + g; c ← a; w ← w − η·(a + b + c)·0.1'),
  thrice: own('thrice', 'w ← w − η·g; w ← w·0.99; m ← 0.9·m + w; w ← w − 0.001·m'),
  scripts: own('Ünïcödé méthod № 5', 'м ← 0.9·м + g; ξ̂ = м·2; ξ̂′ = ξ̂ + 1; w ← w − η·(ξ̂ + 0·ξ̂′)'),
  keywords: own('class', 'lambda ← 0.5·lambda + g; def = lambda; None = def; int = None; float = int; w ← w − η·float'),
  functions: optimizer({ name: 'functions', hyper: { lr: ['η', 0.1], power: ['p', 0.5, '[0, 1)'] }, equations: 'larger ← max(larger, g); smaller = min(larger, 1)·(1 − pᵗ); sign_of = sign(smaller); d = ‖g‖; sign_off = sign(max(d, 1) − 2); w ← w − η·(1 − p)·(1 − p)·(sign_of + smaller + sign_off)' })(),
  digits: own('3d', 'm₁ ← 0.9·m₁ + g; m1x = m₁; w ← w − η·m1x'),
  idle: own('idle', 'w ← w'),
  powers: own('powers', 'v ← 0.9·v + g²; w ← w − η·sign(g)·abs(g)^1.5 / (v^0.25 + 2^t / 2^t)'),
  without: optimizer({ name: 'without', hyper: {}, equations: 'w ← w − 0.1·g' })(),
  clipped_muon: chain(clipByGlobalNorm(1), muon()),
  looking: chain(shampoo(), lookahead({ k: 3 })),
  averaged: chain(muon(), ema({ decay: 0.9 })),
  tuned: chain(shampoo(), mechanic()),
  tuned_signs: chain(lion(), mechanic()),
  scheduled: chain(clipByGlobalNorm(schedule('min(a, t)', { a: 2 })), adamw({ lr: warmupCosine({ peak: 0.1, warmup: 3, total: 15 }), weightDecay: schedule('1 / (t + 1)') })),
}; // prettier-ignore

/** Groups of such methods, for targets that have groups: names of groups and parameters with quotes, and methods that are called like what a class has. */
export const oddGroups: Readonly<Record<string, Method>> = {
  quoted: groups([{ match: 'a"b\\*', use: muon(), name: 'x\n"y"' }, { match: otherwise, use: own('param_groups', 'w ← w − η·sign(g)'), name: '\\' }]),
  methods: groups([{ match: { rank: 2 }, use: own('step', 'm ← 0.9·m + g; w ← w − η·m') }, { match: /b$/, use: own('load_state_dict', 'w ← w − η·g') }, { match: otherwise, use: own('matrix', 'w ← w − η·sign(g)') }]),
  alike: groups([{ match: { rank: 2 }, use: adamw() }, { match: otherwise, use: adamw({ amsgrad: true }), name: 'rest' }]),
  around: chain(clipByGlobalNorm(1), groups([{ match: { rank: 2 }, use: muon() }, { match: otherwise, use: lion() }]), lookahead({ k: 3 })),
}; // prettier-ignore
