/** The letters that a name may have are those of Unicode, though most are never looked up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { continuesName, startsName, superscript } from '../src/language/symbol.ts';

const subscripts = 'ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ';

test('every character of Unicode begins or continues a name, or does not, as its class says', () => {
  const wrong: string[] = [];
  for (let code = 0; code < 0x110000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const one = String.fromCodePoint(code);
    const exponent = superscript(one) !== undefined;
    const letter = /[\p{L}_∆∑]/u.test(one) && !exponent && !subscripts.includes(one);
    const mark = /[\p{M}\p{Nd}₀-₉∞′]/u.test(one) || subscripts.includes(one);
    if (startsName(one) !== letter || continuesName(one) !== (letter || mark)) wrong.push(code.toString(16));
  }
  assert.deepEqual(wrong, []);
});
