/** What the comparer found about the guide's claims, as `thalweg guide --json` printed it. */

/** A claim as it was judged. */
export interface Evidence {
  readonly id: string;
  readonly figure: string;
  readonly verdict: string;
  readonly holds: boolean;
}

let lines: Promise<readonly Evidence[]> | undefined;

/** The recorded verdicts; none where they cannot be fetched. */
export function evidence(): Promise<readonly Evidence[]> {
  lines ??= fetch(new URL('evidence.json', document.baseURI))
    .then((response) => (response.ok ? (response.json() as Promise<Evidence[]>) : []))
    .catch(() => []);
  return lines;
}
