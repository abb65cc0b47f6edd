/**
 * The program of a group: the graph of one step. It is built on demand, once for all methods with the same equations, whatever their hyperparameters:
 * fitting many small models makes many methods.
 */
import { ThalwegError } from '../language/error.ts';
import type { Part } from '../language/part.ts';
import { buildProgram, type Program } from '../language/program.ts';
import { parameter } from '../language/variable.ts';
import type { MethodGroup, Recipe } from './recipe.ts';

const programs = new WeakMap<MethodGroup, Program>();

/** Programs by what they are made of, those that were asked for last. */
const recent = new Map<string, Program>();
const most = 16;

/** What one step of these parameters computes. Throws an EquationError where the equations make no sense. */
export function programOf(group: MethodGroup): Program {
  const known = programs.get(group);
  if (known !== undefined) return known;
  const parts = group.parts.map(({ part }) => part);
  const key = JSON.stringify([group.name, ...parts.map(contentOf)]);
  const made = recent.get(key) ?? buildProgram(group.name, parts);
  recent.delete(key);
  recent.set(key, made);
  for (const oldest of recent.keys()) if (recent.size > most) recent.delete(oldest);
  programs.set(group, made);
  return made;
}

const contents = new WeakMap<Part, string>();

/** All that a part says, as JSON. */
function contentOf(part: Part): string {
  const made = contents.get(part) ?? JSON.stringify(part, (_, value: unknown) => (typeof value === 'number' ? String(value) : value));
  contents.set(part, made);
  return made;
}

/** Throws a ThalwegError where some group of a method trains nothing, or a part of it does nothing. */
export function checkTrains({ groups }: Recipe): void {
  for (const group of groups) {
    const { writes, inVain } = programOf(group);
    if (!writes.has(parameter))
      throw new ThalwegError(
        'method',
        `${group.name}: its equations never assign the parameter w, so it trains nothing; chain it with an optimizer`,
      );
    if (inVain !== undefined)
      throw new ThalwegError(
        'method',
        `${group.name}: ${inVain} changes the gradient g after the optimizer has read it, so it has no effect; put it before the optimizer`,
      );
  }
}
