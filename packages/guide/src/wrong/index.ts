/** Every rule gone wrong, in the order of the page. */
import { accumulatorRule } from './accumulator.ts';
import { float32Rule } from './float32.ts';
import { multipliedRule } from './multiplied.ts';
import { positionRule } from './position.ts';
import { radicandRule } from './radicand.ts';
import { readbackRule } from './readback.ts';
import { rootRule } from './root.ts';
import type { WrongRule } from './rule.ts';
import { staleRule } from './stale.ts';

/** Update rules that published JavaScript libraries got wrong, each beside the library's own. */
export const wrongRules: readonly WrongRule[] = [
  multipliedRule,
  rootRule,
  staleRule,
  accumulatorRule,
  radicandRule,
  positionRule,
  float32Rule,
  readbackRule,
];
