/** State that belongs to a place in a list rather than to a parameter. */
import { adam } from 'thalweg';
import { figure } from '../claim.ts';
import { byStep, sideOf, type WrongRule } from './rule.ts';

const [count, change] = [200, 20];
const method = adam({ lr: 0.02 });

/** The course of b, which has a bowl of its own, while a, whose gradients are `scale` times as large, is frozen after step 20. */
export async function courseOfB(scale: number, keyed: 'name' | 'position' | 'alone'): Promise<Float64Array> {
  const opt = await method.init({ first: Float64Array.of(-1), second: Float64Array.of(1) });
  const course = new Float64Array(count + 1);
  course[0] = 1;
  if (keyed === 'alone') opt.freeze('first');
  let b: 'first' | 'second' = 'second';
  for (let t = 1; t <= count; t++) {
    if (t === change + 1 && keyed !== 'alone') {
      if (keyed === 'name') opt.freeze('first');
      else {
        // The list is one shorter: b is now its first, and finds the moments that a left there.
        opt.params.first[0] = opt.params.second[0]!;
        opt.freeze('second');
        b = 'first';
      }
    }
    opt.grads.first[0] = b === 'first' ? opt.params.first[0]! : scale * opt.params.first[0]!;
    opt.grads.second[0] = opt.params.second[0]!;
    opt.step();
    course[t] = opt.params[b][0]!;
  }
  opt.dispose();
  return course;
}

/** The rule. */
export const positionRule: WrongRule = {
  id: 'position',
  title: 'State by position',
  fault: 'A published library keeps the state of each parameter under its place in the list that a step is given.',
  harm:
    'Freeze or add a layer and all behind it move up: each goes on with the moments of another. Nothing fails, as long as the shapes ' +
    'agree. Here a, whose gradients are s times as large as those of b, is frozen after step 20, and b inherits what a left behind: its direction and its scale.',
  statement:
    'By position, b takes over moments 100 times too large and stalls; by name its course is, bit for bit, that of b trained alone.',
  optimizer: { id: 'adam', label: 'Adam, by name' },
  knobs: [{ name: 'scale', label: 'gradients of a', symbol: 's', fallback: 100, low: 0.01, high: 100, scale: 'log' }],
  axes: { x: 'step', y: 'place of b in its bowl b²/2; a is frozen after step 20', log: [] },
  sides: {
    wrong: sideOf(() => method, 'm and v of place 0 are a’s up to step 20 and b’s from then on.'),
    right: sideOf(() => method, 'm and v of b are b’s, whatever else is in the list.'),
  },
  async measure({ scale }) {
    const [wrong, right, alone] = [await courseOfB(scale!, 'position'), await courseOfB(scale!, 'name'), await courseOfB(scale!, 'alone')];
    const apart = Math.max(...right.map((value, i) => Math.abs(value - alone[i]!)));
    const between = Math.max(...right.map((value, i) => Math.abs(value - wrong[i]!)));
    const [left, named] = [Math.abs(wrong[count]!), Math.abs(right[count]!)];
    return {
      wrong: byStep(wrong),
      right: byStep(right),
      values: { left, named, apart, between },
      figure:
        `after ${String(count)} steps b is ${figure(left)} from its floor by position, ${figure(named)} by name; ` +
        `the courses part by ${figure(between)}; by name, difference from b alone ${figure(apart)}`,
      holds: apart === 0 && between > 0.01,
    };
  },
};
