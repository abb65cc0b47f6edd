/**
 * A typed function as instructions over registers, with its derivatives: each operation of the text adds a few, so that both deriving and
 * computing take time in proportion to the text, however it is nested. Nothing is evaluated as code. Knows trees; knows no page.
 */
import type { FunctionName, Tree } from './formula-tree.ts';

const unary = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
  sign: Math.sign,
  tanh: Math.tanh,
  sinh: Math.sinh,
  cosh: Math.cosh,
  atan: Math.atan,
  negative: (a: number): number => -a,
} as const;
const binary = {
  '+': (a: number, b: number): number => a + b,
  '-': (a: number, b: number): number => a - b,
  '*': (a: number, b: number): number => a * b,
  '/': (a: number, b: number): number => a / b,
  '**': (a: number, b: number): number => a ** b,
} as const;

/** Puts a number, a variable, or what is computed of one or two registers before it, into the next register. */
type Instruction =
  | { readonly kind: 'number'; readonly value: number; readonly code: string }
  | { readonly kind: 'variable'; readonly name: 'x' | 'y' }
  | { readonly kind: 'unary'; readonly name: keyof typeof unary; readonly a: number }
  | { readonly kind: 'binary'; readonly op: keyof typeof binary; readonly a: number; readonly b: number };

/** The registers of a value and of its derivatives; one that is zero everywhere is absent. */
interface Place {
  readonly value: number;
  readonly byX?: number | undefined;
  readonly byY?: number | undefined;
}

/** Instructions, and where they leave the value and the derivatives. */
export interface Program extends Place {
  readonly instructions: readonly Instruction[];
}

type Slope = number | undefined;

/** The program of a tree; without derivatives where only the height is wanted. */
export function programOf(root: Tree, derive: boolean): Program {
  const instructions: Instruction[] = [];
  const put = (one: Instruction): number => instructions.push(one) - 1;
  const number = (value: number, code = String(value)): number => put({ kind: 'number', value, code });
  const of = (name: keyof typeof unary, a: number): number => put({ kind: 'unary', name, a });
  const is = (register: number, value: number): boolean => {
    const one = instructions[register];
    return one?.kind === 'number' && one.value === value;
  };
  /** What is multiplied by one, or to the power of one, is what it was, bit for bit. */
  const both = (a: number, op: keyof typeof binary, b: number): number =>
    (op === '*' || op === '**') && is(b, 1) ? a : op === '*' && is(a, 1) ? b : put({ kind: 'binary', op, a, b });
  const sum = (a: Slope, b: Slope): Slope => (a === undefined ? b : b === undefined ? a : both(a, '+', b));
  const times = (a: () => number, b: Slope): Slope => (b === undefined ? undefined : both(a(), '*', b));
  const negative = (a: Slope): Slope => (a === undefined ? undefined : of('negative', a));
  /** The same rule for both coordinates. */
  const slopes = (value: number, rule: (axis: 'byX' | 'byY') => Slope): Place =>
    derive ? { value, byX: rule('byX'), byY: rule('byY') } : { value };
  /** A register that is filled when it is first asked for. */
  const once = (make: () => number): (() => number) => {
    let at: number | undefined;
    return () => (at ??= make());
  };

  function outer(name: FunctionName, a: number, value: number): number {
    switch (name) {
      case 'sin':
        return of('cos', a);
      case 'cos':
        return of('negative', of('sin', a));
      case 'tan':
        return both(number(1), '/', both(of('cos', a), '**', number(2)));
      case 'exp':
        return value;
      case 'log':
        return both(number(1), '/', a);
      case 'sqrt':
        return both(number(1), '/', both(number(2), '*', value));
      case 'abs':
        return of('sign', a);
      case 'tanh':
        return both(number(1), '/', both(of('cosh', a), '**', number(2)));
      case 'sinh':
        return of('cosh', a);
      case 'cosh':
        return of('sinh', a);
      case 'atan':
        return both(number(1), '/', both(number(1), '+', both(a, '*', a)));
    }
  }

  function visit(tree: Tree): Place {
    switch (tree.kind) {
      case 'number':
        return { value: number(tree.value, tree.code) };
      case 'variable': {
        const value = put({ kind: 'variable', name: tree.name });
        return derive ? { value, [tree.name === 'x' ? 'byX' : 'byY']: number(1) } : { value };
      }
      case 'negative': {
        const a = visit(tree.of);
        return slopes(of('negative', a.value), (axis) => negative(a[axis]));
      }
      case 'call': {
        const a = visit(tree.of);
        const value = of(tree.name, a.value);
        const slope = once(() => outer(tree.name, a.value, value));
        return slopes(value, (axis) => times(slope, a[axis]));
      }
      case 'binary': {
        const [a, b] = [visit(tree.left), visit(tree.right)];
        const [u, v] = [a.value, b.value];
        switch (tree.op) {
          case '+':
            return slopes(both(u, '+', v), (axis) => sum(a[axis], b[axis]));
          case '-':
            return slopes(both(u, '-', v), (axis) => sum(a[axis], negative(b[axis])));
          case '*':
            return slopes(both(u, '*', v), (axis) =>
              sum(
                times(() => v, a[axis]),
                times(() => u, b[axis]),
              ),
            );
          case '/': {
            const value = both(u, '/', v);
            return slopes(value, (axis) => {
              const [da, db] = [a[axis], b[axis]];
              const first = da === undefined ? undefined : both(da, '/', v);
              return sum(first, db === undefined ? undefined : negative(both(both(value, '*', db), '/', v)));
            });
          }
          case '^': {
            const value = both(u, '**', v);
            // To the power of zero all is one, zero too.
            if (tree.right.kind === 'number' && tree.right.value === 0) return { value };
            const { right } = tree;
            const less = (): number => (right.kind === 'number' ? number(right.value - 1) : both(v, '-', number(1)));
            const byBase = once(() => both(v, '*', both(u, '**', less())));
            const byExponent = once(() => both(value, '*', of('log', u)));
            return slopes(value, (axis) => sum(times(byBase, a[axis]), times(byExponent, b[axis])));
          }
        }
      }
    }
  }
  return { ...visit(root), instructions };
}

/** Fills `registers`, one for each instruction, at a point. */
export function run({ instructions }: Program, registers: Float64Array, x: number, y: number): void {
  for (let i = 0; i < instructions.length; i++) {
    const one = instructions[i]!;
    switch (one.kind) {
      case 'number':
        registers[i] = one.value;
        break;
      case 'variable':
        registers[i] = one.name === 'x' ? x : y;
        break;
      case 'unary':
        registers[i] = unary[one.name](registers[one.a]!);
        break;
      case 'binary':
        registers[i] = binary[one.op](registers[one.a]!, registers[one.b]!);
    }
  }
}

/** The program as lines of TypeScript: a register that is read once stands where it is read, the others have names. */
export function codeOf({ instructions, value, byX, byY }: Program): {
  readonly lines: readonly string[];
  readonly value: string;
  readonly byX: string;
  readonly byY: string;
} {
  const reads = new Uint32Array(instructions.length);
  const results = [value, byX, byY].filter((one) => one !== undefined);
  // From the last to the first, so that what only unread registers read is not counted.
  for (const one of results) reads[one]! += 1;
  for (let i = instructions.length - 1; i >= 0; i--) {
    const one = instructions[i]!;
    if (reads[i] === 0) continue;
    if (one.kind === 'unary' || one.kind === 'binary') reads[one.a]! += 1;
    if (one.kind === 'binary') reads[one.b]! += 1;
  }
  const lines: string[] = [];
  const written: string[] = [];
  instructions.forEach((one, i) => {
    if (reads[i] === 0) return void written.push('');
    const simple = one.kind === 'number' || one.kind === 'variable';
    const text = textOf(one, written);
    if (simple || reads[i] === 1) return void written.push(text);
    lines.push(`const t${String(lines.length + 1)} = ${bare(text)};`);
    written.push(`t${String(lines.length)}`);
  });
  const at = (register: Slope): string => (register === undefined ? '0' : bare(written[register]!));
  return { lines, value: at(value), byX: at(byX), byY: at(byY) };
}

function textOf(one: Instruction, written: readonly string[]): string {
  switch (one.kind) {
    case 'number':
      return one.code;
    case 'variable':
      return one.name;
    case 'unary':
      return one.name === 'negative' ? `(-${written[one.a]!})` : `Math.${one.name}(${bare(written[one.a]!)})`;
    case 'binary':
      return `(${written[one.a]!} ${one.op} ${written[one.b]!})`;
  }
}

/** Code without parentheses around the whole. */
function bare(code: string): string {
  if (!code.startsWith('(')) return code;
  let open = 0;
  for (let i = 0; i < code.length; i++) {
    if (code[i] === '(') open += 1;
    if (code[i] === ')') open -= 1;
    if (open === 0) return i === code.length - 1 ? code.slice(1, -1) : code;
  }
  return code;
}
