/** Thalweg, any optimizer on any backend: gradients stand in the arena, host work included. Options are JSON in the first argument. */
import * as thalweg from 'thalweg';
import { firstWeight, gradient, hyper, type Gradients } from '../work.ts';
import { serve, type Program } from './serve.ts';

interface Options {
  /** The name of a factory of the library, and its options; AdamW by default. */
  readonly optimizer?: string;
  readonly options?: object;
  /** Equations of an optimizer without hyperparameters, instead of a name. */
  readonly equations?: string;
  /** The rows of each tensor, or that it is square; vectors where nothing is said. */
  readonly rows?: number | 'square';
  /** What is given to `init`: backend, threads and so on. */
  readonly init?: thalweg.InitOptions;
}

/** Larger models start at zero, so that first values do not take the memory that they are to fill. */
const mostFirstValues = 1e8;

type Parameters = Readonly<Record<string, thalweg.Tensor>>;

const asked = JSON.parse(process.argv[2] ?? '{}') as Options;

class Thalweg implements Program {
  private opt: thalweg.Optimizer<Parameters> | undefined;
  /** What a step is given besides gradients, for methods that ask for something. */
  private inputs: thalweg.Inputs | undefined;

  async make(tensors: number, each: number): Promise<void> {
    this.opt?.dispose();
    const method = methodOf(asked);
    const dtype = asked.init?.backend === 'reference' ? 'float64' : 'float32';
    const rows = asked.rows === 'square' ? Math.sqrt(each) : asked.rows;
    const shape = rows === undefined ? [each] : [rows, each / rows];
    const one =
      each > mostFirstValues ? thalweg.tensor(shape, { dtype }) : thalweg.tensor(shape, { values: vector(dtype, each, firstWeight) });
    const names = Array.from({ length: tensors }, (_, k) => `p${String(k)}`);
    this.opt = await method.init(Object.fromEntries(names.map((name) => [name, one])), asked.init ?? {});
    // The one array input of the library is Sophia's Hessian; the numbers are losses.
    const arrays = this.opt.inputs;
    for (const views of Object.values(arrays))
      for (const view of Object.values(views)) view.set(vector(dtype, each, (i) => 0.1 * firstWeight(i)));
    const inputs = { ...Object.fromEntries(method.inputs.map((name) => [name, 1])), ...arrays };
    this.inputs = Object.keys(inputs).length === 0 ? undefined : inputs;
  }

  gradients(kind: Gradients, block: number): void {
    const value = gradient(kind, block);
    for (const g of Object.values(this.bound.grads)) for (let i = 0; i < g.length; i++) g[i] = value(i);
  }

  step(): void {
    this.bound.step(undefined, this.inputs);
  }

  *read(): Iterable<number> {
    for (const w of Object.values(this.bound.params)) yield* w;
  }

  bytes(): number {
    const { read, written } = this.bound.traffic;
    return read + written;
  }

  private get bound(): thalweg.Optimizer<Parameters> {
    if (this.opt === undefined) throw new Error('nothing was made');
    return this.opt;
  }
}

function vector(dtype: thalweg.DType, length: number, value: (i: number) => number): Float32Array | Float64Array {
  const array = dtype === 'float64' ? new Float64Array(length) : new Float32Array(length);
  for (let i = 0; i < length; i++) array[i] = value(i);
  return array;
}

function methodOf({ optimizer = 'adamw', options = hyper, equations }: Options): thalweg.Method {
  if (equations !== undefined) return thalweg.optimizer({ name: 'bench', hyper: {}, equations })();
  const factory: unknown = Object.entries(thalweg).find(([known]) => known === optimizer)?.[1];
  if (typeof factory !== 'function') throw new Error(`the library has no optimizer ${optimizer}`);
  return (factory as (options: object) => thalweg.Method)(options);
}

await serve(new Thalweg());
