/** A path in dots, eight to a character: for terminals. */

const bits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** The path as `rows` lines of `columns` characters, true to its own bounds; a line through all points in order. */
export function braille(points: readonly (readonly number[])[], columns: number, rows: number): string[] {
  const [xs, ys] = [points.map(([x = NaN]) => x), points.map(([, y = NaN]) => y)];
  const span = (values: readonly number[]): readonly [number, number] => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return high > low ? [low, high] : [low - 1, low + 1];
  };
  const [[left, right], [bottom, top]] = [span(xs), span(ys)];
  const cells = Array.from({ length: rows }, () => new Uint8Array(columns));
  const at = ([x = NaN, y = NaN]: readonly number[]): readonly [number, number] => [
    ((x - left) / (right - left)) * (2 * columns - 1),
    ((top - y) / (top - bottom)) * (4 * rows - 1),
  ];
  points.forEach((point, i) => {
    const [x0, y0] = at(points[Math.max(0, i - 1)] ?? point);
    const [x1, y1] = at(point);
    const count = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0)));
    for (let k = 0; k <= count; k++) {
      const [x, y] = [Math.round(x0 + ((x1 - x0) * k) / count), Math.round(y0 + ((y1 - y0) * k) / count)];
      const row = cells[y >> 2];
      if (row !== undefined) row[x >> 1]! |= bits[y & 3]?.[x & 1] ?? 0;
    }
  });
  return cells.map((row) =>
    [...row]
      .map((cell) => String.fromCodePoint(0x2800 + cell))
      .join('')
      .trimEnd()
      .replaceAll('\u2800', ' ')
      .trimEnd(),
  );
}
