/**
 * Mathematics within sentences: from how one types it, `w − η·∇L(w)`, to LaTeX; and LaTeX with each symbol marked, so that one colour is one
 * symbol everywhere and a symbol can be touched. Equations are marked name by name, from their trees. Knows no page.
 */
import { nameToLatex } from 'thalweg';

const greek: Readonly<Record<string, string>> = { η: '\\eta ', β: '\\beta ', λ: '\\lambda ', ε: '\\varepsilon ', κ: '\\kappa ', σ: '\\sigma ', π: '\\pi ' }; // prettier-ignore
const plain: Readonly<Record<string, string>> = { '−': '-', '·': '\\cdot ', '½': '\\tfrac12 ', '%': '\\%', '…': '\\ldots ', '∇': '\\nabla ', '←': '\\leftarrow ', '→': '\\to ', '≈': '\\approx ', '≤': '\\le ', '×': '\\times ', '‖': '\\|', '∞': '\\infty ' }; // prettier-ignore
const [low, high] = ['₀₁₂₃₄₅₆₇₈₉', '⁰¹²³⁴⁵⁶⁷⁸⁹'];
const raised: Readonly<Record<string, string>> = { ᵗ: 't', ᵏ: 'k', ˢ: 's', '⁻': '-' };

/** LaTeX of what was typed. Roots take one name, or what stands in brackets. */
export function texOf(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/[₀-₉₋]+/gu, (digits) => `_{${digits.replaceAll(/./gu, (one) => (one === '₋' ? '-' : String(low.indexOf(one))))}}`)
    .replaceAll(/[⁰¹²³⁴-⁹ᵗᵏˢ⁻]+/gu, (digits) => `^{${digits.replaceAll(/./gu, (one) => raised[one] ?? String(high.indexOf(one)))}}`)
    .replaceAll(/(\p{L})\u0302/gu, '\\hat{$1}')
    .replaceAll(/√\(([^()]*(?:\([^()]*\)[^()]*)*)\)/gu, '\\sqrt{$1}')
    .replaceAll(/√((?:\\hat\{\p{L}\}|\p{L}|[\d.]+)(?:_\{[^}]*\})?)/gu, '\\sqrt{$1}')
    .replaceAll(/λ(max|min)/gu, '\\lambda_{\\$1}')
    .replaceAll(/\b(log|min)\b(?!\})/gu, (word, _name, at: number, whole: string) => (whole[at - 1] === '\\' ? word : `\\${word}`))
    .replaceAll(/[ηβλεκσπ]/gu, (letter) => greek[letter]!)
    .replaceAll(/[−·½%…∇←→≈≤×‖∞]/gu, (sign) => plain[sign]!)
    .replaceAll(/ (?=[_^])/g, '');
}

/** The colour that a symbol has: those that mean one thing share one. */
const colours: Readonly<Record<string, string>> = { g: 'g', '\\nabla': 'g', m: 'm', '\\hat{m}': 'm', v: 'v', '\\hat{v}': 'v', G: 'v', '\\eta': 'eta', '\\lambda': 'lambda', '\\beta': 'beta', '\\beta_{1}': 'beta', '\\beta_{2}': 'beta', w: 'w', t: 't', '\\varepsilon': 'eps' }; // prettier-ignore

/** What stands for a name or passes through as it is: words in other letters, environments, accented letters, commands, letters. */
const tokens =
  /\\(?:operatorname|mathrm|text|begin|end|htmlClass)\{[^}]*\}|\\hat\{\p{L}\}|\\[a-zA-Z]+(?:_\{\d+\})?|\p{L}(?:_(?:\{\d+\}|\p{L}))?/gu;

/** Whether this piece of LaTeX is a symbol that has a colour. */
export function colourOfSymbol(tex: string): string | undefined {
  return colours[tex];
}

/** LaTeX that a reader's sentence holds, with each symbol in a class of its colour, and in one by which it can be found. */
export function withSymbols(tex: string): string {
  return tex.replaceAll(tokens, marked);
}

/** A name of equations, in its ASCII spelling, as LaTeX with the same classes. */
export function nameWithSymbol(spelling: string): string {
  return marked(nameToLatex(spelling));
}

function marked(symbol: string): string {
  const colour = colours[symbol];
  return colour === undefined ? symbol : `{\\htmlClass{sym sym-${colour} at-${slug(symbol)}}{${symbol}}}`;
}

/** A symbol as part of a class. */
export function slug(symbol: string): string {
  return symbol.replaceAll(/[\\{}_]/g, '');
}
