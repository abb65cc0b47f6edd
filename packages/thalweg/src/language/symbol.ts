/**
 * Names and how they are written. Every symbol has one ASCII spelling, which is its identity: β₁ is `beta1`, m̂ is `m_hat`, ρ∞ is
 * `rho_inf`. Look-alikes fold into one. Knows characters only, no grammar.
 */
import { wrongOption } from './options.ts';

const greek: Readonly<Record<string, string>> = {
  α: 'alpha', β: 'beta', γ: 'gamma', δ: 'delta', ε: 'epsilon', ζ: 'zeta', η: 'eta', θ: 'theta', ι: 'iota', κ: 'kappa', λ: 'lambda',
  μ: 'mu', ν: 'nu', ξ: 'xi', π: 'pi', ρ: 'rho', σ: 'sigma', τ: 'tau', υ: 'upsilon', φ: 'phi', χ: 'chi', ψ: 'psi', ω: 'omega',
  Γ: 'Gamma', Δ: 'Delta', Θ: 'Theta', Λ: 'Lambda', Ξ: 'Xi', Π: 'Pi', Σ: 'Sigma', Φ: 'Phi', Ψ: 'Psi', Ω: 'Omega',
}; // prettier-ignore

const lookAlikes: Readonly<Record<string, string>> = {
  ϵ: 'ε',
  µ: 'μ',
  ϑ: 'θ',
  ϕ: 'φ',
  ϱ: 'ρ',
  ς: 'σ',
  ϖ: 'π',
  '∆': 'Δ',
  '∑': 'Σ',
  Ω: 'Ω',
};

const accents: Readonly<Record<string, string>> = {
  '\u0302': '_hat', '\u030C': '_check', '\u0303': '_tilde', '\u0304': '_bar', '\u0305': '_bar', '\u0307': '_dot',
}; // prettier-ignore

/**
 * What nearly all texts are written with. An engine takes milliseconds to learn the letters of all scripts, `\p{L}`, which is more than it
 * takes to read an optimizer; so the rest of Unicode is asked about only when it is met.
 */
const commonLetters = /^[A-Za-z_Α-ΡΣ-Ωα-ω∆∑]/;
const commonMarks = /^[\u0300-\u036f0-9₀-₉∞′]/;
const neverInNames = /^[\0-@[-^`{-©«-´¶-¹»-¿×÷\u2000-\u2070\u2190-\u2bff]/;

const subscripts = 'ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ';
const subscriptLetters = 'aehijklmnoprstuvx';

const superscripts: Readonly<Record<string, string>> = {
  '⁰': '0', '¹': '1', '²': '2', '³': '3', '⁴': '4', '⁵': '5', '⁶': '6', '⁷': '7', '⁸': '8', '⁹': '9', '⁺': '+', '⁻': '-', '⁽': '(', '⁾': ')',
  ᵀ: 'T', ᵗ: 't', ⁿ: 'n', ᵏ: 'k', ⁱ: 'i', ᵖ: 'p',
}; // prettier-ignore

/** The ASCII character that a superscript stands for, or undefined. Unicode calls ᵗ a letter; here it is an exponent. */
export function superscript(character: string): string | undefined {
  return superscripts[character];
}

/** A whole number or a letter as superscripts; undefined for what cannot be raised, and for T, which would be a transpose. */
export function superscriptOf(text: string): string | undefined {
  if (!/^(\d+|[a-z])$/.test(text)) return undefined;
  const raised = Array.from(text, (c) => Object.keys(superscripts).find((sign) => superscripts[sign] === c));
  return raised.includes(undefined) ? undefined : raised.join('');
}

/** Whether a name may begin with this character. */
export function startsName(character: string): boolean {
  if (commonLetters.test(character)) return true;
  if (superscript(character) !== undefined || isSubscript(character) || neverInNames.test(character)) return false;
  return /\p{L}/u.test(character);
}

/** Whether a name may go on with this character: letters, digits, subscripts, accents, `_`, `∞` and primes. */
export function continuesName(character: string): boolean {
  if (commonMarks.test(character) || isSubscript(character) || startsName(character)) return true;
  return superscript(character) === undefined && !neverInNames.test(character) && /[\p{M}\p{Nd}]/u.test(character);
}

function isSubscript(character: string): boolean {
  return subscripts.includes(character);
}

/**
 * The ASCII spelling of a name: its identity wherever names are compared, and the key of a state in `opt.state`.
 *
 * @example
 * ```ts
 * import { spell } from 'thalweg';
 * spell('m̂'); // m_hat
 * ```
 */
export function spell(name: string): string {
  requireText('spell', name);
  let out = '';
  for (const raw of name.normalize('NFD')) {
    const c = lookAlikes[raw] ?? raw;
    const digit = '₀₁₂₃₄₅₆₇₈₉'.indexOf(c);
    const letter = subscripts.indexOf(c);
    if (digit >= 0) out += String(digit);
    else if (letter >= 0) out += (/[\d_a-z]$/.test(out) && out.includes('_') ? '' : '_') + subscriptLetters.charAt(letter);
    else if (c === '∞') out += '_inf';
    else if (c === '′') out += '_prime';
    else out += greek[c] ?? accents[c] ?? c;
  }
  return out === 'eps' ? 'epsilon' : out;
}

const accentCommands: ReadonlyMap<string, string> = new Map([['hat', '\\hat'], ['check', '\\check'], ['tilde', '\\tilde'], ['bar', '\\bar'], ['dot', '\\dot']]); // prettier-ignore
const words: ReadonlyMap<string, string> = new Map([['inf', '\\infty'], ['max', '\\max'], ['min', '\\min'], ['prime', '\\prime']]); // prettier-ignore
const greekWords: ReadonlySet<string> = /* @__PURE__ */ new Set(/* @__PURE__ */ Object.values(greek));

/**
 * LaTeX for a name given in its ASCII spelling: `v_hat_max` is `\hat{v}_{\max}`.
 *
 * @example
 * ```ts
 * import { nameToLatex } from 'thalweg';
 * nameToLatex('beta1'); // \beta_{1}
 * ```
 */
export function nameToLatex(spelling: string): string {
  requireText('nameToLatex', spelling);
  const [head = '', ...rest] = spelling.split('_').filter((part) => part !== '');
  const match = /^([A-Za-z]+)(\d*)$/.exec(head);
  const letters = match?.[1] ?? head;
  const indices = match?.[2] === undefined || match[2] === '' ? [] : [match[2]];
  let base = greekWords.has(letters)
    ? letters === 'epsilon'
      ? '\\varepsilon'
      : `\\${letters}`
    : letters.length === 1
      ? letters
      : `\\mathrm{${letters}}`;
  for (const part of rest) {
    const accent = accentCommands.get(part);
    if (accent !== undefined) base = `${accent}{${base}}`;
    else indices.push(words.get(part) ?? (part.length === 1 || /^\d+$/.test(part) ? part : `\\mathrm{${part}}`));
  }
  return indices.length === 0 ? base : `${base}_{${indices.join(',')}}`;
}

function requireText(owner: string, name: unknown): void {
  if (typeof name !== 'string') wrongOption(owner, 'the name', name, 'a text');
}
