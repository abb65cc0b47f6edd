/** The structure in which parameters were given; views and gradients have it too. Names are those of `leaves.ts`; knows no arrays and no optimizer. */
import { suggestion } from '../language/error.ts';
import { ArrayError } from '../language/run-error.ts';
import { describe, isRecord } from '../language/options.ts';
import { guarded, refusalOf } from './guarded.ts';
import { twice, type Leaf, type Path } from './leaves.ts';

/** What leads on from a place: to a parameter, of which there is the name, or to more places. */
interface Branch {
  readonly isArray: boolean;
  readonly children: Map<string, Branch | string>;
}

/** The structure of all parameters of an optimizer. */
export class ParameterTree {
  private readonly root: Branch = { isArray: false, children: new Map() };
  private readonly paths = new Map<string, Path>();
  /** The names of what holds parameters: none of them has one of these. */
  private readonly branches = new Set<string>();
  /** How many parameters do not stand at the top. */
  private nested = 0;

  /** The names of all parameters, in the order in which they came. */
  get names(): IterableIterator<string> {
    return this.paths.keys();
  }

  /** Whether all parameters stand at the top, so that what is given by name is given in this structure. */
  get isFlat(): boolean {
    return this.nested === 0;
  }

  /** Whether there is a parameter of this name. */
  has(name: string): boolean {
    return this.paths.has(name);
  }

  /** Throws an ArrayError where these cannot come in beside what is there. */
  check(owner: string, leaves: ReadonlyMap<string, Leaf>): void {
    for (const [name, { path }] of leaves) {
      if (this.has(name)) throw new ArrayError(owner, name, `there is a parameter ${name} already`);
      let branch: Branch | undefined = this.root;
      let at = '';
      for (const [i, key] of path.entries()) {
        at = i === 0 ? String(key) : `${at}.${String(key)}`;
        const isLast = i === path.length - 1;
        const child: Branch | string | undefined = branch?.children.get(String(key));
        if (typeof child === 'string') throw new ArrayError(owner, name, `there is a parameter ${at} already, and ${name} would lie in it`);
        if (child === undefined) {
          if (this.branches.has(at) || (!isLast && this.has(at)))
            throw new ArrayError(owner, name, `two entries are called ${at}: ${twice}`);
        } else if (isLast || child.isArray !== (typeof path[i + 1] === 'number')) {
          throw new ArrayError(owner, name, `${at} is ${kindOf(child)} of parameters already, into which ${name} does not fit`);
        }
        branch = child;
      }
    }
  }

  /** Takes a parameter in. */
  add(name: string, path: Path): void {
    this.paths.set(name, path);
    if (path.length > 1) this.nested += 1;
    let branch = this.root;
    let at = '';
    for (const [i, key] of path.slice(0, -1).entries()) {
      at = i === 0 ? String(key) : `${at}.${String(key)}`;
      const child = branch.children.get(String(key));
      const next =
        typeof child === 'object' ? child : { isArray: typeof path[i + 1] === 'number', children: new Map<string, Branch | string>() };
      branch.children.set(String(key), next);
      this.branches.add(at);
      branch = next;
    }
    branch.children.set(String(path.at(-1)), name);
  }

  /** Forgets a parameter, and takes it out of all `views`, with the objects and arrays that are empty then. */
  remove(name: string, views: readonly object[]): void {
    const path = this.paths.get(name) ?? [];
    this.paths.delete(name);
    if (path.length > 1) this.nested -= 1;
    const branches = [this.root];
    for (const key of path.slice(0, -1)) {
      const child = branches.at(-1)?.children.get(String(key));
      if (typeof child === 'object') branches.push(child);
    }
    let level = path.length - 1;
    for (; level >= 0; level--) {
      branches[level]?.children.delete(String(path[level]));
      if ((branches[level]?.children.size ?? 0) > 0) break;
      if (level > 0) this.branches.delete(path.slice(0, level).join('.'));
    }
    const end = Math.max(level, 0);
    for (const root of views) {
      let at: unknown = root;
      for (const key of path.slice(0, end))
        at = typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
      if (typeof at === 'object' && at !== null) Reflect.deleteProperty(at, path[end] ?? name);
      Reflect.deleteProperty(root, name);
    }
  }

  /**
   * What was given in this structure, by name: the very object where nothing is nested. Where a whole branch is missing, nothing was given for it. Throws an
   * ArrayError for what is not in the structure.
   */
  flatten(owner: string, what: string, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    if (this.isFlat) return given;
    const out = Object.create(null) as Record<string, unknown>;
    const walk = ({ children }: Branch, values: object, prefix: string): void => {
      for (const key of Object.keys(values)) {
        const child = children.get(key);
        const value: unknown = Reflect.get(values, key);
        if (child === undefined) {
          const name = prefix + key;
          throw new ArrayError(owner, name, `there is no parameter ${name}${suggestion(name, this.names)}`);
        }
        if (typeof child === 'string') out[child] = value;
        else if (value !== undefined) {
          if (child.isArray ? !Array.isArray(value) : !isRecord(value))
            throw new ArrayError(
              owner,
              prefix + key,
              `${what} of ${prefix}${key} must be ${kindOf(child)}, as init was given, not ${describe(value)}`,
            );
          walk(child, value as object, `${prefix}${key}.`);
        }
      }
    };
    walk(this.root, given, '');
    return out;
  }

  /** An object in this structure of what there is for each name. */
  build(valueOf: (name: string) => unknown): Record<string, unknown> {
    const make = ({ isArray, children }: Branch): Record<string, unknown> => {
      const out = (isArray ? [] : {}) as Record<string, unknown>;
      for (const [key, child] of children) {
        const value = typeof child === 'string' ? valueOf(child) : make(child);
        // Not by assignment: a parameter may have any name.
        Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true });
      }
      return out;
    };
    return make(this.root);
  }

  /** Shows an array in what `guarded` made: where its parameter stands in the structure and, never to be walked over, under its whole name. */
  show(views: object, name: string, array: unknown, isListed = true): void {
    const refuse = refusalOf(views);
    const path = this.paths.get(name) ?? [name];
    let at = views;
    for (const [i, key] of path.slice(0, -1).entries()) {
      const there: unknown = Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
      if (typeof there === 'object' && there !== null) at = there;
      else {
        const whole = path.slice(0, i + 1).join('.');
        const made = guarded((inside) => refuse(`${whole}.${inside}`), typeof path[i + 1] === 'number');
        Object.defineProperty(at, key, { enumerable: true, configurable: true, get: () => made, set: () => refuse(whole, name) });
        at = made;
      }
    }
    const property = { configurable: true, get: () => array, set: () => refuse(name, name) };
    Object.defineProperty(at, path.at(-1) ?? name, { ...property, enumerable: isListed });
    if (path.length > 1) Object.defineProperty(views, name, property);
  }
}

function kindOf({ isArray }: Branch): string {
  return isArray ? 'an array' : 'an object';
}
