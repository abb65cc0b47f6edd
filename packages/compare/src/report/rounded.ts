/** SVG in fewer characters. Knows text alone. */

/** Numbers in paths with one decimal: more cannot be seen, and the file would be three times as large. */
export function rounded(svg: string): string {
  return svg.replaceAll(/(\s(?:d|transform|[xyr]\d?|c[xy])=")([^"]*)"/g, (_, start: string, value: string) => {
    return `${start}${value.replaceAll(/-?\d+\.\d{2,}(?![\de])/g, (digits) => String(Math.round(Number(digits) * 10) / 10))}"`;
  });
}
