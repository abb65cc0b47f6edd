/**
 * Names and how they are written. Every symbol has one ASCII spelling, which identifies it: β₁ is `beta1`, m̂ is `m_hat`, ρ∞ is `rho_inf`. Look-alike
 * characters are treated as one. Knows characters only, no grammar.
 */
import { wrongOption } from './options.ts';

/** What each character of a text stands for: the character in its place in another text, or the word. */
export function pairs(characters: string, meanings: string): ReadonlyMap<string, string> {
  const all = meanings.includes(' ') ? meanings.split(' ') : Array.from(meanings);
  return new Map(Array.from(characters, (character, i) => [character, all[i] ?? '']));
}

const greek = /* @__PURE__ */ pairs(
  'αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ',
  'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega',
);

const lookAlikes = /* @__PURE__ */ pairs('ς∆∑', 'σΔΣ');

const accents = /* @__PURE__ */ pairs('\u0302\u030C\u0303\u0304\u0305\u0307', 'hat check tilde bar bar dot');

/**
 * What nearly all texts are written with. An engine takes milliseconds to learn the letters of all scripts, `\p{L}`, which is more than it
 * takes to read an optimizer; so the rest of Unicode is asked about only when it is met.
 */
const commonLetters = /^[A-Za-z_Α-ΡΣ-Ωα-ω∆∑]/;
const commonMarks = /^[\u0300-\u036f0-9₀-₉∞′]/;
const neverInNames = /^[\0-@[-^`{-©«-´¶-¹»-¿×÷\u2000-\u2070\u2190-\u2bff]/;

const subscripts = /* @__PURE__ */ pairs('ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₀₁₂₃₄₅₆₇₈₉', 'aehijklmnoprstuvx0123456789');

const superscripts = /* @__PURE__ */ pairs('⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀᵗⁿᵏⁱᵖ', '0123456789+-()Ttnkip');

/** The ASCII character that a superscript stands for, or undefined. Unicode calls ᵗ a letter; here it is an exponent. */
export function superscript(character: string): string | undefined {
  return superscripts.get(character);
}

/** A whole number or a letter as superscripts; undefined for what cannot be raised, and for T, which would be a transpose. */
export function superscriptOf(text: string): string | undefined {
  if (!/^(\d+|[a-z])$/.test(text)) return undefined;
  const raised = Array.from(text, (c) => [...superscripts].find(([, plain]) => plain === c)?.[0]);
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
  return subscripts.has(character);
}

/**
 * The ASCII spelling of a name: it identifies the name wherever names are compared, and is the key of a state in `opt.state`.
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
    const below = subscripts.get(raw);
    // Letters in bold, italic or script are plain ones, and ϵ is ε.
    const c = lookAlikes.get(raw) ?? raw.normalize('NFKC');
    const accent = accents.get(c);
    if (below !== undefined) out += /\d/.test(below) || (/[\d_a-z]$/.test(out) && out.includes('_')) ? below : `_${below}`;
    else if (accent !== undefined) out += `_${accent}`;
    else out += c === '∞' ? '_inf' : c === '′' ? '_prime' : (greek.get(c) ?? c);
  }
  return out === 'eps' ? 'epsilon' : out;
}

/**
 * The LaTeX of a name given in its ASCII spelling: `v_hat_max` is `\hat{v}_{\max}`.
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
  let base = [...greek.values()].includes(letters)
    ? letters === 'epsilon'
      ? '\\varepsilon'
      : `\\${letters}`
    : letters.length === 1
      ? letters
      : `\\mathrm{${letters}}`;
  for (const part of rest) {
    if ([...accents.values()].includes(part)) base = `\\${part}{${base}}`;
    else if (part === 'inf') indices.push('\\infty');
    else if (/^(max|min|prime)$/.test(part)) indices.push(`\\${part}`);
    else indices.push(part.length === 1 || /^\d+$/.test(part) ? part : `\\mathrm{${part}}`);
  }
  return indices.length === 0 ? base : `${base}_{${indices.join(',')}}`;
}

function requireText(owner: string, name: unknown): void {
  if (typeof name !== 'string') wrongOption(owner, 'the name', name, 'a text');
}
