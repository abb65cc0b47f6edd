/** Names beside the heads of paths, moved apart where they would lie on one another. Numbers only. */

/** A head and the width of its name. */
export interface Head {
  readonly x: number;
  readonly y: number;
  readonly wide: number;
}

/** Where a name stands: to the left of its head where there is no room on the right, and how far it is moved down. */
export interface Placed {
  readonly left: boolean;
  readonly down: number;
}

/** Height of a line, and what a name keeps from its head. */
const [line, gap] = [14, 9];

/** Places the names of heads on a map of this size; a head that lies off it keeps its name at the edge. */
export function placed(heads: readonly Head[], width: number, height: number): Placed[] {
  const order = heads.map((_, i) => i).sort((a, b) => heads[a]!.y - heads[b]!.y);
  const boxes: { readonly from: number; readonly to: number; readonly y: number }[] = [];
  const places: Placed[] = heads.map(() => ({ left: false, down: 0 }));
  for (const i of order) {
    const { x, y, wide } = heads[i]!;
    const left = x + gap + wide > width;
    const [from, to] = left ? [x - gap - wide, x - gap] : [x + gap, x + gap + wide];
    let at = Math.min(height - line / 2, Math.max(line / 2, y));
    // Boxes are met from above, so one that is moved can meet only those below.
    for (const box of boxes) if (box.from < to && from < box.to && Math.abs(box.y - at) < line) at = box.y + line;
    boxes.push({ from, to, y: at });
    boxes.sort((a, b) => a.y - b.y);
    places[i] = { left, down: Math.round(at - y) };
  }
  return places;
}
