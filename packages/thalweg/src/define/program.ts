/** The program of a group: what a step of its parameters computes, as a graph, built when it is first asked for. */
import { buildProgram, type Program } from '../language/program.ts';
import type { MethodGroup } from './recipe.ts';

const programs = new WeakMap<MethodGroup, Program>();

/** What one step of these parameters computes. Throws an EquationError where the equations make no sense. */
export function programOf(group: MethodGroup): Program {
  const known = programs.get(group);
  if (known !== undefined) return known;
  const made = buildProgram(
    group.name,
    group.parts.map(({ part }) => part),
  );
  programs.set(group, made);
  return made;
}
