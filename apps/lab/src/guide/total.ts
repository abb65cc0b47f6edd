/** Marks of predictions added up, and as a row of signs. Knows questions by their names only. */

/** What each prediction was worth, between 0 and 1. */
export type Marks = Readonly<Record<string, number>>;

/** The questions of one chapter in a row: ■ right, ▣ half right or more, □ not, · not answered. */
export function rowOf(marks: Marks, questions: readonly string[]): string {
  return questions.map((one) => (one in marks ? (marks[one]! >= 0.9 ? '■' : marks[one]! >= 0.5 ? '▣' : '□') : '·')).join('');
}

/** How many answers count as right, of how many given. */
export function total(marks: Marks, questions: readonly string[]): { readonly given: number; readonly right: number } {
  const given = questions.filter((one) => one in marks);
  return { given: given.length, right: Math.round(10 * given.reduce((sum, one) => sum + marks[one]!, 0)) / 10 };
}
