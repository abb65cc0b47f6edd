/** Whether the reader has asked for less motion: then nothing plays by itself. */
export function calm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
