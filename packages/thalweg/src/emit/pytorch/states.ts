/** The states of a PyTorch optimizer for one method: where each is stored, and how it is initialized. Knows models; no steps. */
import { isEach } from '../blocks.ts';
import type { Model, State } from '../model.ts';
import type { StepWriter } from '../step-writer.ts';

/** The states of a method. */
export class TorchStates {
  private readonly model: Model;
  private readonly writer: StepWriter;

  /** Those of `model`, whose first values `writer` writes. */
  constructor(model: Model, writer: StepWriter) {
    [this.model, this.writer] = [model, writer];
  }

  /** Where a number that lasts is kept. */
  store(id: string): string {
    return this.model.isJoint ? `group["${id}"]` : `state["${id}"]`;
  }

  /** The state of a parameter that has none yet. */
  begin(names: (id: string) => string): string[] {
    const { model } = this;
    const own = model.states.filter((state) => isEach(state) || !model.isJoint);
    return own.map((state) => `state["${state.id}"] = ${this.first(state, names)}`);
  }

  private first(state: State, names: (id: string) => string): string {
    const { form = 'rc', kind, sort, init, onlyWhere, part } = state;
    const w = names('w');
    const begins = init === undefined ? undefined : this.writer.print(part, init);
    if (sort === 'host') return begins ?? '0.0';
    const isArray = init !== undefined && this.model.sortOf(part, init) === 'array';
    if (isArray) return `(${begins ?? ''}).clone()`.replace(/^\((\w+(?:\.\w+)?)\)/, '$1');
    if (kind !== 'array') return begins === undefined ? `${w}.new_zeros(())` : `${w}.new_full((), ${begins})`;
    const size = (letter: string): string => (letter === 'r' ? names('rows') : letter === 'c' ? names('cols') : '1');
    const whole = form === 'rc';
    const shape = `(${size(form.charAt(0))}, ${size(form.charAt(1))})`;
    const made = whole
      ? begins === undefined ? `torch.zeros_like(${w})` : `torch.full_like(${w}, ${begins})`
      : begins === undefined ? `${w}.new_zeros(${shape})` : `${w}.new_full(${shape}, ${begins})`; // prettier-ignore
    if (onlyWhere === undefined) return made;
    const condition = this.writer.print(part, onlyWhere.condition, 1);
    return onlyWhere.holds ? `${made} if ${condition} else ${w}.new_zeros(())` : `${w}.new_zeros(()) if ${condition} else ${made}`;
  }

  /** The numbers of a group that has none yet. */
  sharedBegins(): string[] {
    const number = 'dtype=torch.promote_types(like.dtype, torch.float32), device=like.device';
    return this.model.states
      .filter((state) => !isEach(state))
      .map((state) => {
        const value = state.init === undefined ? undefined : this.writer.print(state.part, state.init);
        const made = value === undefined ? `torch.zeros((), ${number})` : `torch.full((), float(${value}), ${number})`;
        return `group["${state.id}"] = ${state.sort === 'host' ? (value ?? '0.0') : made}`;
      });
  }
}
