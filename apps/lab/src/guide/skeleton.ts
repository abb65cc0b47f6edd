/** The parts that every chapter has, in their order, with the heading of each. */
export const parts = {
  fails: 'What still fails',
  wish: 'The wish',
  formula: 'The formula',
  why: 'Why it works',
  try: 'Try it',
  limits: 'What it still cannot do',
} as const;

/** A part of a chapter. */
export type PartId = keyof typeof parts;
