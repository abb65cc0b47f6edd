/**
 * The hyperparameters of an optimizer that may not have started: TF.js makes optimizers before it knows any variable. Every check comes before any change.
 * Knows methods; no arena and no tensor.
 */
import { OptionError } from '../language/error.ts';
import { optionSuggestion } from '../language/options.ts';
import { checkHyper, type HyperValue } from '../define/hyper.ts';
import { hyperNames, hyperSlotsOf, inType, methodGroup, type HyperName, type Recipe } from '../define/recipe.ts';

/** Hyperparameters by the names that the user of an optimizer knows. */
export class HeldHyper<N extends string = string> {
  /** What users read and assign to. */
  readonly view: Record<N, HyperValue>;
  /** Those that were assigned. */
  readonly assigned = new Map<string, HyperValue>();
  private readonly owner: string;
  private readonly recipe: Recipe;
  private readonly names: ReadonlyMap<string, HyperName>;

  /** `follow` is told of what is assigned, and throws what keeps a running optimizer from taking it. */
  constructor(recipe: Recipe, follow: (name: string, value: HyperValue) => void) {
    this.owner = recipe.name;
    this.recipe = recipe;
    this.names = new Map(hyperNames(inType(recipe.groups, 'float32')).map((one) => [one.name, one]));
    const target: Record<string, HyperValue> = {};
    for (const name of this.names.keys())
      Object.defineProperty(target, name, { enumerable: true, configurable: true, get: () => this.get(name) });
    this.view = new Proxy<Record<N, HyperValue>>(target, {
      set: (_, key, value: unknown) => {
        const checked = this.check(String(key), value);
        follow(String(key), checked);
        this.assigned.set(String(key), checked);
        return true;
      },
    });
  }

  /** The learning rate of a step. Throws an OptionError where groups have different ones. */
  rateAt(t: number): number {
    const rates = new Set(this.rates().map((name) => this.at(name, t)));
    const [rate, another] = rates;
    if (rate !== undefined && another === undefined) return rate;
    throw this.noRate('differs between groups');
  }

  /** Sets the learning rate. Throws an OptionError where there are several. */
  setRate(value: unknown): void {
    const [name, another] = this.rates();
    if (name === undefined || another !== undefined) throw this.noRate('cannot be set for all groups');
    Reflect.set(this.view, name, value);
  }

  /** The recipe with what is in force now. */
  current(): Recipe {
    const { name, groups, equations } = this.recipe;
    const changed = groups.map((group, index) => {
      const slots = hyperSlotsOf(group);
      const parts = group.parts.map((bound, part) => {
        const values = new Map(bound.values);
        const float32 = new Map(bound.float32);
        for (const [given, value] of this.assigned) {
          for (const { group: own, key } of this.names.get(given)?.slots ?? []) {
            const slot = slots.find((one) => one.key === key && one.part === part);
            if (own !== index || slot === undefined) continue;
            values.set(slot.name, value);
            float32.delete(slot.name);
          }
        }
        return { ...bound, values, float32 };
      });
      return methodGroup(group.name, group.match, parts);
    });
    return { name, groups: changed, equations };
  }

  private get(name: string): HyperValue {
    return this.assigned.get(name) ?? this.names.get(name)?.value ?? NaN;
  }

  private at(name: string, t: number): number {
    const value = this.get(name);
    return typeof value === 'number' ? value : typeof value === 'function' ? value(t) : value.at(t);
  }

  private rates(): string[] {
    return [...this.names.keys()].filter((name) => name === 'lr' || name.endsWith('.lr'));
  }

  private noRate(problem: string): OptionError {
    const rates = this.rates();
    const remedy = rates.length === 0 ? 'it has no hyperparameter lr' : `use ${rates.map((name) => `hyper['${name}']`).join(', ')}`;
    return new OptionError(this.owner, 'learningRate', undefined, `${problem}; ${remedy}`);
  }

  /** The value, where this hyperparameter can have it. */
  private check(name: string, value: unknown): HyperValue {
    const found = this.names.get(name);
    if (found === undefined) {
      const names = [...this.names.keys()];
      const problem = `is not in the equations of this optimizer${optionSuggestion(name, names)}, which has ${names.join(', ')}`;
      throw new OptionError(this.owner, name, value, problem);
    }
    let checked = value as HyperValue;
    for (const { group, key } of found.slots) {
      const slot = hyperSlotsOf(this.recipe.groups[group]!).find((one) => one.key === key);
      if (slot !== undefined) checked = checkHyper(this.owner, name, value, slot.range.text);
    }
    return checked;
  }
}
