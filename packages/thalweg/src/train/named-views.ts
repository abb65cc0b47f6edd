/**
 * The parameters as the user knows them: their names, second names of tied ones, the structure in which they were given, and the views that `opt.params`,
 * `opt.grads` and `opt.half` show. Knows no step.
 */
import { suggestion } from '../language/error.ts';
import { ArrayError } from '../language/run-error.ts';
import type { AnyArray } from './arrays.ts';
import { guarded, type Refuse } from './guarded.ts';
import type { Tensor } from './tensor.ts';
import { ParameterTree } from './tree.ts';

/** The views of one parameter; undefined where it has none. */
export interface ViewsOfOne {
  readonly params: AnyArray;
  readonly grads: AnyArray | Uint16Array | undefined;
  readonly halves: Uint16Array | undefined;
}

/** Names and views of parameters. */
export class NamedViews {
  /** Where each parameter stands in what the user gave; views have the same structure, and every parameter under its whole name besides. */
  readonly tree = new ParameterTree();
  readonly params: Record<string, AnyArray>;
  /** Numbers, or their codes where gradients are in half precision. */
  readonly grads: Record<string, AnyArray | Uint16Array>;
  /** Copies of the parameters in half precision, if there are some. */
  readonly halves: Record<string, Uint16Array>;
  /** Second names, each with the parameter that it stands for; and the second names of each parameter that has some. */
  readonly ties = new Map<string, string>();
  readonly aliases = new Map<string, string[]>();
  private readonly owner: string;

  /** `isHalf` says whether gradients are in half precision. */
  constructor(owner: string, isHalf: boolean) {
    this.owner = owner;
    this.params = guarded(this.refusing('opt.params'));
    this.grads = guarded(this.refusing(isHalf ? 'opt.half.grads' : 'opt.grads'));
    this.halves = guarded(this.refusing('opt.half.params'));
  }

  /** For each second name the parameter itself, also where it is tied to another second name. `known` has the parameters that are there already. */
  resolve(
    tensors: ReadonlyMap<string, Tensor>,
    given: ReadonlyMap<string, string>,
    known: ReadonlyMap<string, unknown>,
  ): Map<string, string> {
    const ties = new Map<string, string>();
    for (const [name, first] of given) {
      let to = first;
      for (let i = 0; i < given.size && given.has(to); i++) to = given.get(to) ?? to;
      to = this.ownName(to);
      if (!tensors.has(to) && !known.has(to))
        throw new ArrayError(this.owner, name, `${name} is tied to ${first}, and there is no parameter of that name`);
      ties.set(name, to);
    }
    return ties;
  }

  /** Shows the views of a parameter. */
  show(name: string, { params, grads, halves }: ViewsOfOne): void {
    this.tree.show(this.params, name, params);
    if (grads !== undefined) this.tree.show(this.grads, name, grads);
    if (halves !== undefined) this.tree.show(this.halves, name, halves);
  }

  /** Shows the views of parameters under their second names, too. */
  tie(ties: ReadonlyMap<string, string>): void {
    for (const [name, to] of ties) {
      this.ties.set(name, to);
      this.aliases.set(to, [...(this.aliases.get(to) ?? []), name]);
      for (const views of [this.params, this.grads, this.halves])
        if (this.tree.has(to) && Object.hasOwn(views, to)) this.tree.show(views, name, views[to]);
    }
  }

  /** The array of every name. */
  get arrays(): ReadonlyMap<string, AnyArray> {
    return new Map([...this.tree.names].flatMap((name) => (this.params[name] === undefined ? [] : [[name, this.params[name]] as const])));
  }

  /** A parameter's own name, given any of its names. */
  ownName(name: string): string {
    return this.ties.get(name) ?? name;
  }

  /** Every name of a parameter, its own first. */
  namesOf(name: string): readonly string[] {
    const others = this.aliases.get(name);
    return others === undefined ? [name] : [name, ...others];
  }

  /** Forgets names: of a parameter its own, and with it all others, or a second one alone. Returns the own names. */
  forget(names: ReadonlySet<string>): string[] {
    const gone = new Set([...names].flatMap((name) => (this.ties.has(name) ? [name] : this.namesOf(name))));
    return [...gone].filter((name) => {
      this.tree.remove(name, [this.params, this.grads, this.halves]);
      const to = this.ties.get(name);
      if (to === undefined) this.aliases.delete(name);
      else {
        this.ties.delete(name);
        const left = this.aliases.get(to)?.filter((other) => other !== name) ?? [];
        if (left.length > 0) this.aliases.set(to, left);
        else this.aliases.delete(to);
      }
      return to === undefined;
    });
  }

  /** Refuses assignments, which the memory would not notice. */
  private refusing(views: string): Refuse {
    return (at, shown) => {
      const problem =
        shown !== undefined
          ? `${views}.${at} is a view of the optimizer's memory and cannot be replaced; copy into it: ${views}.${shown}.set(…)`
          : this.tree.has(at)
            ? `${views} has no ${at}, which is sparse; step takes its rows`
            : `${views} has no ${at}, since there is no such parameter${suggestion(at, this.tree.names)}; opt.add adds parameters`;
      throw new ArrayError(this.owner, at, problem);
    };
  }
}
