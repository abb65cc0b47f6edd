/** Whether the reader has asked for less motion: then nothing plays by itself; nor does it where there is no browser to ask. */
export function calm(): boolean {
  return typeof matchMedia !== 'function' || matchMedia('(prefers-reduced-motion: reduce)').matches;
}
