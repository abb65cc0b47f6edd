/**
 * What the steps of every optimizer and transform cost, as text: passes, arrays that each reads and writes, instructions of the kernels,
 * routines, scalars. `npm run snapshots` writes it, and a test holds it.
 */
import { readFileSync } from 'node:fs';
import * as thalweg from 'thalweg';
import { programOf } from '../../src/define/program.ts';
import { cohorts } from '../../src/plan/cohort.ts';
import { traffic } from '../../src/plan/kernel.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { stepPlan } from '../../src/plan/step.ts';
import { cpuDevice } from '../../src/device/cpu.ts';
import { Stepper } from '../../src/train/step/stepper.ts';

/** Where the committed text lies. */
export const snapshotFile = new URL('../snapshots/plans.txt', import.meta.url);

type Factory = ((given?: unknown) => thalweg.Method) & {
  readonly definition?: { readonly variants?: Readonly<Record<string, thalweg.VariantDeclaration>> };
};

/** The makers of methods that the library exports, by name. */
export function factories(): (readonly [string, Factory])[] {
  const methods = readFileSync(new URL('../../src/methods.ts', import.meta.url), 'utf8');
  const names = [...methods.matchAll(/^export \{([^}]*)\} from '\.\/(?:optimizers|transforms)\//gm)].flatMap(([, list = '']) =>
    list.split(','),
  );
  return names.map((name) => [name.trim(), Reflect.get(thalweg, name.trim()) as Factory] as const).sort(([a], [b]) => a.localeCompare(b));
}

/** A method and every variant of it, one option at a time, by what was asked; a transform with AdamW, before it where it reads gradients. */
export function variantsOf(name: string, factory: Factory): (readonly [string, thalweg.Method])[] {
  const { definition } = factory;
  const whole = (method: thalweg.Method): thalweg.Method => {
    if (method.trains) return method;
    const reads = thalweg.inspect(method).groups.some(({ parts }) => parts.some(({ symbols }) => symbols.has('g')));
    return reads ? thalweg.chain(method, thalweg.adamw()) : thalweg.chain(thalweg.adamw(), method);
  };
  if (definition === undefined) return [[name, whole(factory(1))]];
  const choices = Object.entries(definition.variants ?? {}).flatMap(([option, words]): Readonly<Record<string, string | boolean>>[] =>
    words === false ? [{ [option]: true }] : words.slice(1).map((word) => ({ [option]: word })),
  );
  return [{}, ...choices].flatMap((options) => {
    const text = Object.entries(options).map(([option, value]) => ` ${option}: ${String(value)}`);
    try {
      return [[name + text.join(), whole(factory(options))] as const];
    } catch (error) {
      if (error instanceof thalweg.OptionError) return []; // A word that needs other options besides.
      throw error;
    }
  });
}

/** Every optimizer and transform with every variant of it, by a name that says which. */
export function everyMethod(): (readonly [string, thalweg.Method])[] {
  return factories().flatMap(([name, factory]) => variantsOf(name, factory));
}

/** The plan of step `t` for tensors of this shape, with the defaults of its hyperparameters and where a number is 1. */
export function planOf(method: thalweg.Method, shape: readonly number[], t: number, gated = false): Plan {
  const [group] = method.groups;
  if (group === undefined) throw new RangeError('a method has a group');
  const [cohort] = cohorts(programOf(group), new Map([['w', shape]]));
  if (cohort === undefined) throw new RangeError('a tensor has a cohort');
  let plan: Plan | undefined;
  const stepper = new Stepper({
    ...cohort,
    dtype: 'float32',
    device: cpuDevice('fround'),
    gated,
    trace: (made) => (plan = made),
  });
  const hyper = new Map([...method.hyper].map(([key, value]) => [key, typeof value === 'number' ? value : 1]));
  const factors = new Map([...hyper.keys()].map((key) => [key, 1]));
  stepper.warm({ t, hyper, factors, hyperVersion: 0, inputs: new Map(), scalarStates: stepper.scalarStates });
  if (plan === undefined) throw new RangeError('a step has a plan');
  return plan;
}

function describe(plan: Plan): string[] {
  const total = { loads: 0, stores: 0 };
  const passes = plan.passes.map(({ level, form, kernel, arrays, sums }) => {
    const { loads, stores } = traffic(kernel);
    total.loads += loads;
    total.stores += stores;
    const named = (op: 'load' | 'store'): string =>
      kernel.code
        .flatMap((one) => (one.op === op && 'array' in one ? [String(arrays[one.array]).replace(/^(result|operand) .*/, '$1')] : []))
        .join(' ');
    const parts = [
      `reads ${named('load')}`,
      ...(stores > 0 ? [`writes ${named('store')}`] : []),
      ...(sums.length > 0 ? [`sums ${String(sums.length)}`] : []),
    ];
    return `    pass of level ${String(level)} over ${form}: ${parts.join('; ')}; ${String(kernel.code.length)} instructions`;
  });
  const routines = plan.routines.map(({ op, level }) => `${op} (level ${String(level)})`);
  const head = `passes ${String(passes.length)}, reads ${String(total.loads)}, writes ${String(total.stores)}, scalars ${String(plan.scalars.length)}`;
  const order = stepPlan([{ plan, group: 0, sparse: false }]).ops.map(({ op }) => op);
  return [head, `    order: ${order.join(', ')}`, ...passes, ...(routines.length > 0 ? [`    routines: ${routines.join(', ')}`] : [])];
}

/** The steps of a matrix, and of a vector where that has others. */
function described(method: thalweg.Method): string[] {
  const [matrix = [], vector = []] = [[6, 4], [5]].map((shape) => {
    try {
      return describe(planOf(method, shape, 3));
    } catch (error) {
      if (error instanceof thalweg.UnsupportedError) return ['refused'];
      throw error;
    }
  });
  const shown = (what: string, [head = '', ...rest]: readonly string[]): string[] => [`  ${what}: ${head}`, ...rest];
  if (matrix.join() === vector.join()) return shown('any shape', matrix);
  return [...shown('a matrix', matrix), ...shown('a vector', vector)];
}

/** Every optimizer and transform in every variant, by title. */
export function methods(): (readonly [string, thalweg.Method])[] {
  return factories().flatMap(([name, factory]) => variantsOf(name, factory));
}

/** All of it. */
export function planSnapshot(): string {
  const lines = methods().flatMap(([title, method]) => [title, ...described(method)]);
  return `${lines.join('\n')}\n`;
}
