/**
 * The mask of cautious optimizers (Liang et al. 2024, arXiv:2411.16085): sets the elements of an update u whose sign differs from the gradient's to zero,
 * and divides the others by the fraction that remains.
 */
export const masked = `κ = u·g > 0 ? 1 : 0
    u = u·κ / max(sum(κ) / size, 1e-3)`;
