/** The names in a C file: identifiers that are unique in their scope and neither reserved words of C nor names of its library. */
import { computed } from '../../language/operations/elements.ts';
import { freeName, inputVariable } from '../../language/part.ts';
import { evaluated, type Program } from '../../language/program.ts';
import { UnsupportedError } from '../../language/run-error.ts';
import { gradient, parameter, type Variable } from '../../language/variable.ts';
import { functionNode } from './schedule.ts';
import { isSchedule } from '../../define/hyper.ts';
import type { MethodGroup } from '../../define/recipe.ts';
import type { Schedule } from '../../define/schedules/schedule.ts';
import { identifier, snake } from '../identifiers.ts';
import { aFunction } from '../refusals.ts';
import type { Helpers } from '../../targets/loops/c/source.ts';

/** Words of C and of C++, which may include the header, functions of its library that a file may call or hide, and names that a step has for itself. */
const words = (): readonly string[] => [
  ...computed().flatMap((op) => [op, `${op}f`]),
  ...`auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short signed
  sizeof static struct switch typedef union unsigned void volatile while _Bool _Complex _Imaginary asm fortran main errno
  alignas alignof and and_eq bitand bitor bool catch char8_t char16_t char32_t class co_await co_return co_yield compl concept consteval constexpr
  constinit const_cast decltype delete dynamic_cast explicit export false friend mutable namespace new noexcept not not_eq nullptr operator or or_eq
  private protected public reinterpret_cast requires static_assert static_cast template this thread_local throw true try typeid typename using virtual
  wchar_t xor xor_eq
  fabs sqrt expm1 floor rint signbit fabsf sqrtf floorf NAN INFINITY memcpy printf
  y0 y1 yn j0 j1 jn gamma lgamma tgamma sin tan time size_t
  one_minus_power is_normal_float32 is_normal_float64 sign_of sign_off smaller smallerf larger largerf
  expected before moved worst right same off w_i
  o x i outcome count tensor tensors size scratch t rank rows cols row col side work larger_size
  bytes take multiply transpose spread dot mirror reflect reflections newton_schulz symmetric_eigen eigenvectors inverse_root orthonormal
  malloc size_t frexp ldexp row_sums column_sums row_maxima column_maxima`.split(/\s+/),
];

/** Names that a step of kernels has for itself. */
const wordsOfKernels = ['n', 'c', 'part'];

/** A hyperparameter in the file. */
export interface HyperOfC {
  readonly id: string;
  readonly key: string;
  readonly symbol: string;
  readonly value: number;
  readonly schedule: Schedule | undefined;
}

/** The names of a file. */
export class Names {
  /** The struct of the optimizer, and what all functions begin with. */
  readonly type: string;
  readonly hypers: readonly HyperOfC[];
  /** What of a tensor's shape is read besides its size. */
  readonly shapes = new Set<string>();
  private readonly members = new Map<Variable, string>();
  private readonly taken: Set<string>;
  private readonly helpers: Helpers;

  /** `hidden` are the words of helper functions, which the name of a type must not be. */
  constructor(program: Program, group: MethodGroup, name: string, helpers: Helpers, exact: boolean, hidden: ReadonlySet<string>) {
    const type = this.fit(snake(name, 'method'), new Set([...words(), ...hidden]));
    // Kernels number their values.
    this.type = /^(v|a|c|t|lane|whole|kernel|run_)\d+$/.test(type) ? `${type}_` : type;
    this.helpers = helpers;
    this.taken = new Set([...words(), ...(exact ? wordsOfKernels : []), this.type]);
    this.members.set(parameter, 'w').set(gradient, 'g');
    for (const known of this.members.values()) this.taken.add(known);
    this.nameMembers(program);
    this.hypers = program.hyper.map(({ key, name: option, symbol, part }) => {
      const value = group.parts[part]?.values.get(option);
      if (typeof value === 'function') throw new UnsupportedError('emit to c', `${program.name}: ${aFunction(option)}`);
      const schedule = isSchedule(value) ? value : undefined;
      const plain = typeof value === 'number' ? value : NaN;
      return { id: this.own(snake(key, 'hyper')), key, symbol, schedule, value: option === 'eps' && plain === 0 ? 2 ** -126 : plain };
    });
  }

  /** Gives members their names, before anything else may have them. */
  private nameMembers({ inputs, states }: Program): void {
    for (const one of [...inputs.map(inputVariable), ...states.keys(), evaluated]) this.member(one);
  }

  /** The member of a struct that holds an array, a state or an input. */
  member(of: Variable): string {
    const known = this.members.get(of);
    if (known !== undefined) return known;
    const made = this.own(identifier(of.name === '' ? of.toString() : of.name.replace(/^.*\./, ''), 'state'));
    this.members.set(of, made);
    return made;
  }

  /** The value of a hyperparameter in a step. */
  hyper(key: string): string {
    const one = this.find(key);
    return one.schedule === undefined ? `o->${one.id}` : one.id;
  }

  /** What a hyperparameter is called where it is rounded; undefined where its own name stands for the value of a schedule. */
  rounded(key: string): string | undefined {
    const { id, schedule } = this.find(key);
    return schedule === undefined ? id : undefined;
  }

  /** The factor of its schedule. */
  factor(key: string): string {
    return this.find(key).schedule === undefined ? '1.0' : `${this.find(key).id}_factor`;
  }

  /** What the shape of a tensor says, as a whole number. */
  size(name: string): string {
    if (name !== 'size') this.shapes.add(name);
    return `x->${name}`;
  }

  /** Declares what follows a schedule. */
  schedule(op: 'hyper' | 'factor', key: string): string[] {
    const { id, schedule } = this.find(key);
    if (schedule === undefined) return [];
    const at = `${this.type}_${id}(o->t)`;
    return op === 'hyper' ? [`const double ${id} = ${at};`] : [`const double ${id}_factor = ${at} / ${String(schedule.base)};`];
  }

  /** The functions of the schedules. */
  get schedules(): string[] {
    return this.hypers.flatMap(({ id, schedule }) =>
      schedule === undefined ? [] : [functionNode(`${this.type}_${id}`, schedule, this.helpers)],
    );
  }

  /** What a value of the equations is called: the new value of what lasts, a temporary by its own name. */
  value(name: string, lasting: boolean): string {
    return lasting ? `new_${identifier(name, 'x')}` : identifier(name, 'x');
  }

  /** A name that is not in `taken` and no member's or word's; it is taken from then on. */
  free(wanted: string, taken: Set<string>): string {
    const made = freeName(wanted, (candidate) => taken.has(candidate) || this.taken.has(candidate));
    taken.add(made);
    return made;
  }

  private own(wanted: string): string {
    const made = this.fit(wanted, this.taken);
    this.taken.add(made);
    this.taken.add(`${made}_factor`);
    return made;
  }

  private fit(wanted: string, taken: ReadonlySet<string>): string {
    return taken.has(wanted) ? freeName(`${wanted}_`, (candidate) => taken.has(candidate)) : wanted;
  }

  private find(key: string): HyperOfC {
    const found = this.hypers.find((one) => one.key === key);
    if (found === undefined) throw new RangeError(`there is no hyperparameter ${key}`);
    return found;
  }
}
