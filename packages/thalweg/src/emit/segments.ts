/**
 * A step over several parameter groups as segments, separated by sums over all groups. Within a segment one group is processed after the other. Knows
 * models; no target.
 */
import { namesIn } from '../language/tree.ts';
import { isEach, type Block, type Statement } from './blocks.ts';
import type { Model } from './model.ts';

/** What is done for one group after the other, or a sum over all of them. */
export type Segment = { readonly blocks: readonly Block[] } | { readonly global: Statement };

/** The segments of a step. */
export function segmentsOf(blocks: readonly Block[]): Segment[] {
  const out: ({ blocks: Block[] } | { global: Statement })[] = [];
  for (const { each, statements } of blocks) {
    for (const statement of statements) {
      if ('hoisted' in statement && statement.hoisted.operation.scope === 'all') {
        out.push({ global: statement });
        continue;
      }
      const last = out.at(-1);
      const here = last === undefined || 'global' in last ? { blocks: [] as Block[] } : last;
      if (here !== last) out.push(here);
      const block = here.blocks.at(-1);
      if (block?.each === each) here.blocks[here.blocks.length - 1] = { each, statements: [...block.statements, statement] };
      else here.blocks.push({ each, statements: [statement] });
    }
  }
  return out;
}

/** The temporaries of a group that are assigned in one segment and read in a later one. */
export function crossingOf(model: Model, segments: readonly Segment[]): Set<string> {
  const crossing = new Set<string>();
  const before = new Set<string>();
  for (const segment of segments) {
    if ('global' in segment) continue;
    const here = new Set<string>();
    for (const { statements } of segment.blocks) {
      for (const statement of statements) {
        if (!('line' in statement)) continue;
        const { part, equation, target } = statement.line;
        for (const name of namesIn(equation.value)) {
          const { id } = model.nameOf(part, name);
          if (before.has(id) && !here.has(id)) crossing.add(id);
        }
        if (target.role === 'temporary' && !isEach(target)) here.add(target.id);
      }
    }
    for (const id of here) before.add(id);
  }
  return crossing;
}
