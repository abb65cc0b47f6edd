/** A landscape as plain data, so that it fits into a permalink and into a message to a worker. */
import { surfaces, valley, type Surface } from '@thalweg/guide';

/** A landscape of the list, a valley of one's own measures, or a typed formula. */
export type SurfaceSpec =
  | { readonly kind: 'named'; readonly id: string }
  | { readonly kind: 'valley'; readonly condition: number; readonly angle: number }
  | { readonly kind: 'formula'; readonly text: string; readonly reach: number };

/** What a landscape is; undefined for one that the lab does not have. */
export function specOf(surface: Surface): SurfaceSpec | undefined {
  if (surface.valley !== undefined) return { kind: 'valley', ...surface.valley };
  return surfaces.some(({ id, objective }) => id === surface.id && objective === surface.objective)
    ? { kind: 'named', id: surface.id }
    : undefined;
}

/** The landscape itself. The parser for formulas is fetched only when there is one; a bad formula rejects with a message for people. */
export async function surfaceOf(spec: SurfaceSpec): Promise<Surface> {
  if (spec.kind === 'named') return surfaces.find(({ id }) => id === spec.id) ?? surfaces[0]!;
  if (spec.kind === 'valley') return valley(spec.condition, spec.angle);
  const { surfaceOfFormula } = await import('./formula.ts');
  return surfaceOfFormula(spec.text, spec.reach);
}
