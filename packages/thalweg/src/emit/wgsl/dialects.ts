/** The languages in the head of a shader: JavaScript, for the host, and the authors' notation, for people. */
import { binding, Notation, within } from '../../targets/loops/wgsl/notation.ts';

/** JavaScript. */
export const javascript = /* @__PURE__ */ new Notation({
  signs: { add: ' + ', sub: ' - ', mul: ' * ', div: ' / ', lt: '<', le: '<=', eq: '===', ne: '!==' },
  minus: '-',
  call: (op) => `Math.${op}`,
  constant: (value) => ({ text: Object.is(value, -0) ? '-0' : String(value), binds: value < 0 ? binding.sign : binding.atom }),
  choice: (condition, a, b) => ({
    text: `${within(condition, binding.compare)} ? ${within(a, binding.compare)} : ${within(b, binding.choice)}`,
    binds: binding.choice,
  }),
}); // prettier-ignore

/** The notation of authors. */
export const written = /* @__PURE__ */ new Notation({
  signs: { add: ' + ', sub: ' − ', mul: '·', div: '/', lt: '<', le: '≤', eq: '=', ne: '≠' },
  minus: '−',
  call: (op) => (op === 'sqrt' ? '√' : op),
  constant: (value) => ({ text: String(value).replace('-', '−'), binds: value < 0 ? binding.sign : binding.atom }),
  choice: (condition, a, b) => ({ text: `${condition.text} ? ${within(a, binding.compare)} : ${b.text}`, binds: binding.choice }),
}); // prettier-ignore
