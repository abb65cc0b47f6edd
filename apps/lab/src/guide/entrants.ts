/** Entrants with equations of the guide's own, where the library writes the same in other letters. Claims hold each against the library's. */
import type { Entrant } from '../race/entrant.ts';
import { steady } from '../race/pace.ts';

/** Momentum with m in the place of v. */
export function momentum(lr: number, beta: number): Entrant {
  return {
    key: 'own',
    id: 'own',
    label: 'Momentum',
    values: { lr, beta },
    pace: steady,
    shown: true,
    own: { equations: 'm ← β·m + g; w ← w − η·m', hyper: { lr: ['η', lr], beta: ['β', beta] } },
  };
}
