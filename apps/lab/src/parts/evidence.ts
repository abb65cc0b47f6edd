/** The guide's claims and what was found about them, as `thalweg guide --json` printed it. Their experiments are workers' business: no page needs their code. */
import type { Claim } from '@thalweg/guide';
import { file } from './address.ts';

/** A claim as it was judged. */
export interface Evidence {
  /** The chapter, a point, a word. */
  readonly id: string;
  readonly kind: Claim['kind'];
  readonly statement: string;
  readonly figure: string;
  readonly verdict: string;
  readonly holds: boolean;
}

let lines: readonly Evidence[] | Promise<readonly Evidence[]> | undefined;

/** For pages that are being written: these are the recorded verdicts. */
export function recorded(known: readonly Evidence[]): void {
  lines = known;
}

/** The recorded verdicts; none where they cannot be fetched. */
export function evidence(): readonly Evidence[] | Promise<readonly Evidence[]> {
  lines ??= fetch(file('evidence.json'))
    .then((response) => (response.ok ? (response.json() as Promise<Evidence[]>) : []))
    .catch(() => []);
  return lines;
}
