/** The error of formulas, apart from their parser, which is fetched only when there is a formula. */

/** A formula that cannot be used; the message says why and what can. */
export class FormulaError extends Error {}
