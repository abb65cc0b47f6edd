import { optimizer } from '../define/builtin.ts';

/**
 * Sign SGD (Bernstein et al. 2018, arXiv:1802.04434): steps of a fixed size against the sign of each gradient.
 *
 * w ← w − η·sign(g).
 *
 * @remarks For study, and if gradients must be communicated as single bits. The step size is constant: use a decaying learning rate.
 * @see {@link signum}, {@link lion}, {@link rprop}
 * @param options - `lr` η
 * @example
 * ```ts
 * import { signSgd } from 'thalweg';
 * signSgd({ lr: 1e-3 });
 * ```
 */
export const signSgd = optimizer({
  name: 'signSgd',
  hyper: { lr: ['η', 1e-3] },
  equations: 'w ← w − η·sign(g)',
});

/**
 * Signum (Bernstein et al. 2018, arXiv:1802.04434): the sign of a running mean of the gradients.
 *
 * m ← β·m + (1 − β)·g, w ← w − η·sign(m).
 *
 * @remarks Like `signSgd`, with noise averaged out first. `lion` adds weight decay and a second β.
 * @see {@link lion}, {@link signSgd}, {@link sgd}
 * @param options - `lr` η, `momentum` β
 * @example
 * ```ts
 * import { signum } from 'thalweg';
 * signum({ lr: 1e-3, momentum: 0.95 });
 * ```
 */
export const signum = optimizer({
  name: 'signum',
  hyper: { lr: ['η', 1e-3], momentum: ['β', 0.9, '[0, 1)'] },
  equations: `
    m ← β·m + (1 − β)·g
    w ← w − η·sign(m)
  `,
});
