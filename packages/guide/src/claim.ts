/** What a claim is: a sentence, an experiment that measures it, and a verdict that follows from the figures. Knows no experiment. */

/** The chapters, in the order of the story. */
export const chapterIds = ['problem', 'sgd', 'momentum', 'adagrad', 'rmsprop', 'adam', 'decay', 'adamw', 'beyond'] as const;

/** A chapter's name in addresses and files. */
export type ChapterId = (typeof chapterIds)[number];

/** What an experiment measured. */
export interface Outcome {
  /** The figures by name. */
  readonly values: Readonly<Record<string, number>>;
  /** The figures as a sentence. */
  readonly figure: string;
  /** Whether the figures bear the claim out. */
  readonly holds: boolean;
}

/** Paragraphs of a text as bags of words, scaled to length 1, with a label 0 or 1 each. */
export interface Text {
  readonly vocabulary: readonly string[];
  readonly train: Bags;
  readonly validation: Bags;
}

/** Bags of words: for each paragraph the words in it, their values, and its label. */
export interface Bags {
  readonly words: readonly Uint32Array[];
  readonly values: readonly Float32Array[];
  readonly labels: Float32Array;
}

/** What a claim may ask its host for: data that is read from disk in a terminal and fetched in a browser. */
export interface Sources {
  readonly text: () => Promise<Text>;
}

interface Stated {
  /** Unique: the chapter, a point, a word. */
  readonly id: string;
  readonly chapter: ChapterId;
  readonly statement: string;
}

/**
 * A claim that runs by itself: `mathematics` follows from the equations and must hold; a `measurement` is about data and may turn out not
 * to be reproduced.
 */
export interface Experiment extends Stated {
  readonly kind: 'mathematics' | 'measurement';
  readonly measure: (sources: Sources) => Promise<Outcome>;
}

/** The part of a comparison that a claim is judged by. */
export interface Compared {
  readonly optimizers: readonly { readonly id: string; readonly label: string; readonly summary: { readonly median: number | null } }[];
  readonly comparisons: readonly {
    readonly reference: string;
    readonly other: string;
    readonly pValue: number | null;
    /** Of `other`: `worse`, `better` or something else. */
    readonly verdict: string;
  }[];
}

/** A claim about which optimizer is better: the comparer's protocol decides, fixed before it runs. */
export interface ComparisonClaim extends Stated {
  readonly kind: 'comparison';
  /** The comparer's problem. */
  readonly problem: string;
  /** The optimizers that are compared; only these, so that the pairs tested are those of the claim. */
  readonly contestants: readonly string[];
  readonly judge: (compared: Compared) => Outcome;
}

/** A claim of the guide. */
export type Claim = Experiment | ComparisonClaim;

/** A verdict in words: what is mathematics holds or fails, what is measured is reproduced or not. */
export function verdict({ kind }: Pick<Claim, 'kind'>, { holds }: Outcome): string {
  if (kind === 'mathematics') return holds ? 'holds' : 'does not hold';
  return holds ? 'reproduced' : 'not reproduced';
}

/** A deviation from what the mathematics says: what float64 rounding alone makes is said to be that. */
export function deviation(value: number): string {
  if (value === 0) return '0';
  return Math.abs(value) < 5e-13 ? '0 to rounding' : figure(value);
}

/** A figure in at most `digits` significant digits, with a real minus sign. */
export function figure(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : '−∞';
  const small = value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6);
  const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e');
  const text = small ? `${String(Number(mantissa))}e${String(Number(exponent))}` : String(Number(value.toPrecision(digits)));
  return text.replaceAll('-', '−');
}
