/**
 * The mask of cautious optimizers (Liang et al. 2024, arXiv:2411.16085): the elements of an update u that do not go down the gradient are left
 * out, and the others grow by as much as that shrank the mean.
 */
export const masked = `κ = u·g > 0 ? 1 : 0
    u = u·κ / max(sum(κ) / size, 1e-3)`;
