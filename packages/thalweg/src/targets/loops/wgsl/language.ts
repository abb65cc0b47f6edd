/** WGSL: its operators and functions, and its reserved words. Pure. */
import { computed, type ElementOp } from '../../../language/operations/elements.ts';
import { UnsupportedError } from '../../../language/run-error.ts';
import { binding, call, decimal, Notation, within, type Language } from './notation.ts';

/** What WGSL calls otherwise than we do, or has not as it has to be: those are `helpers`. */
const own: Readonly<Partial<Record<ElementOp, string>>> = { pow: 'power', cbrt: 'cube_root' };

const wgsl: Language = {
  signs: { add: ' + ', sub: ' - ', mul: ' * ', div: ' / ', lt: '<', le: '<=', eq: '==', ne: '!=' },
  minus: '-',
  call: (op) => own[op] ?? op,
  constant: (value) => {
    // A constant is evaluated while the shader is compiled, which refuses what is not finite.
    const nearest = Math.fround(value);
    if (!Number.isFinite(nearest)) throw new UnsupportedError('emit to wgsl', `the equations have the constant ${String(value)}, which float32 cannot hold`);
    return decimal(nearest === 0 ? nearest : value);
  },
  choice: (condition, a, b) => call('select', b, a, { text: within(condition, binding.compare), binds: binding.atom }),
}; // prettier-ignore

/** Expressions of WGSL, of the type f32; comparisons are of the type bool. */
export const expressions = /* @__PURE__ */ new Notation(wgsl);

/** Functions that expressions may call and WGSL does not have, by name. */
export const helpers: Readonly<Record<string, string>> = {
  power: `// x^y, where WGSL leaves 0^y and whole powers of x < 0 open.
fn power(x: f32, y: f32) -> f32 {
  if (x == 0.0) {
    return select(0.0, 1.0, y == 0.0);
  }
  if (x < 0.0 && floor(y) == y) {
    return select(-1.0, 1.0, floor(y * 0.5) == y * 0.5) * pow(-x, y);
  }
  return pow(x, y);
}`,
  cube_root: `// The cube root of x >= 0, where WGSL leaves that of 0 open.
fn cube_root(x: f32) -> f32 {
  return select(pow(x, 1.0 / 3.0), 0.0, x == 0.0);
}`,
};

/** Keywords of WGSL, words that it keeps for later, names of its own that an emitted file uses, and those of the JavaScript in its head. */
export const words = (): readonly string[] => [
  ...computed(),
  ...`alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let loop override requires return struct
  switch true var while NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become cast catch class co_await co_return
  co_yield coherent column_major common compile compile_fragment concept const_cast consteval constexpr constinit crate debugger decltype delete demote
  demote_to_helper do dynamic_cast enum explicit export extends extern external fallthrough filter final finally friend from fxgroup get goto groupshared highp
  impl implements import inline instanceof interface layout lowp macro macro_rules match mediump meta mod module move mut mutable namespace new nil noexcept
  noinline nointerpolation non_coherent noncoherent noperspective null nullptr of operator package packoffset partition pass patch pixelfragment precise
  precision premerge priv protected pub public readonly ref regardless register reinterpret_cast require resource restrict self set shared sizeof smooth
  snorm static static_assert static_cast std subroutine super target template this thread_local throw trait try type typedef typeid typename typeof union
  unless unorm unsafe unsized use using varying virtual volatile wgsl where with writeonly yield
  bool f16 f32 i32 u32 vec2 vec3 vec4 vec3u array atomic ptr abs sign sqrt floor min max select workgroupBarrier arrayLength
  host sums i k lane group groups id count first total partials lanes power cube_root add_up leave total_of Uniforms step evaluate keep
  function in void arguments eval t hyper kept inputs factors tensor numbers bytes Math _`.split(/\s+/),
];
