/**
 * What pointers and keys do on a map: they set the start of a race, and zoom and move what a map shows that can be explored. Knows the race and the
 * element; draws nothing.
 */
import type { View } from '../draw/terrain.ts';
import { moved, zoomed, type Place } from '../draw/view.ts';
import type { Race } from '../race/race.svelte.ts';

/** What is asked of the map, each time anew, since all of it may change. */
interface Steered {
  readonly race: Race;
  /** Whether it zooms and moves. */
  readonly explore: boolean;
  readonly box: HTMLElement | undefined;
}

/** The hands on one map. */
export class Steering {
  /** Whether the start is being moved, or the map. */
  doing = $state<'nothing' | 'start' | 'move'>('nothing');
  /** The point under the pointer. */
  under = $state.raw<readonly [number, number]>();
  private readonly map: () => Steered;
  /** The part that was zoomed to, and the landscape that it is a part of. */
  private part = $state.raw<{ readonly of: Race['surface']; readonly view: View }>();
  private pointers: readonly { readonly id: number; readonly at: Place }[] = [];

  constructor(map: () => Steered) {
    this.map = map;
  }

  /** All of the landscape. */
  readonly whole = $derived.by<View>(() => {
    const { x, y } = this.map().race.surface;
    return { x, y };
  });

  /** What is shown. */
  readonly view = $derived.by<View>(() => (this.part?.of === this.map().race.surface ? this.part.view : this.whole));

  /** Shows all. */
  showAll(): void {
    this.part = undefined;
  }

  /** Shrinks what is shown by a factor, around a place. */
  zoom(factor: number, place: Place): void {
    this.show(zoomed(this.view, this.whole, factor, place));
  }

  /** A pointer goes down: a second one, shift or another button moves the map. */
  down(event: PointerEvent): void {
    if (event.target instanceof HTMLElement && event.target.closest('button') !== null) return;
    const { race, explore, box } = this.map();
    this.pointers = [...this.pointers, { id: event.pointerId, at: this.placeOf(event) }];
    box?.setPointerCapture(event.pointerId);
    this.doing = explore && (this.pointers.length > 1 || event.shiftKey || event.button > 0) ? 'move' : 'start';
    if (this.doing === 'start' && event.pointerType !== 'touch') race.start = this.pointOf(this.placeOf(event));
  }

  /** A pointer moves: one drags, two zoom by what lies between them. */
  move(event: PointerEvent): void {
    const now = this.placeOf(event);
    this.under = this.pointOf(now);
    const before = this.pointers.find(({ id }) => id === event.pointerId)?.at;
    if (before === undefined) return;
    this.pointers = this.pointers.map((one) => (one.id === event.pointerId ? { ...one, at: now } : one));
    if (this.doing === 'start') {
      this.map().race.start = this.pointOf(now);
      return;
    }
    const other = this.pointers.find(({ id }) => id !== event.pointerId)?.at;
    const share = 1 / this.pointers.length;
    const next = moved(this.view, share * (before[0] - now[0]), share * (before[1] - now[1]));
    if (other === undefined) {
      this.show(next);
      return;
    }
    const { width, height } = this.frame();
    const apart = (place: Place): number => Math.hypot(width * (place[0] - other[0]), height * (place[1] - other[1]));
    this.show(zoomed(next, this.whole, apart(before) / Math.max(1, apart(now)), [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]));
  }

  /** A pointer goes up. */
  up(event: PointerEvent): void {
    if (this.doing === 'start' && this.pointers.some(({ id }) => id === event.pointerId))
      this.map().race.start = this.pointOf(this.placeOf(event));
    this.lose(event);
  }

  /** A pointer is gone. */
  lose({ pointerId }: PointerEvent): void {
    this.pointers = this.pointers.filter(({ id }) => id !== pointerId);
    if (this.pointers.length === 0) this.doing = 'nothing';
  }

  /** The wheel zooms around the pointer. */
  wheel(event: WheelEvent): void {
    if (!this.map().explore) return;
    event.preventDefault();
    this.zoom(1.0018 ** event.deltaY, this.placeOf(event));
  }

  /** Arrows move the start, space plays, plus and minus zoom around the start. */
  key(event: KeyboardEvent): void {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const { race, explore } = this.map();
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (event.key === ' ') race.toggle();
    else if (explore && (event.key === '+' || event.key === '=')) this.zoom(0.5, this.startPlace());
    else if (explore && event.key === '-') this.zoom(2, this.startPlace());
    else if (explore && event.key === '0') this.showAll();
    else if (by === undefined) return;
    else {
      const size = event.shiftKey ? 10 : 1;
      const [dx, dy] = by as [number, number];
      const { x, y } = this.view;
      race.start = [
        Number((race.start[0] + (dx * size * (x[1] - x[0])) / 200).toPrecision(6)),
        Number((race.start[1] + (dy * size * (y[1] - y[0])) / 200).toPrecision(6)),
      ];
    }
    event.preventDefault();
  }

  private show(next: View): void {
    this.part = { of: this.map().race.surface, view: next };
  }

  private frame(): DOMRect {
    return this.map().box!.getBoundingClientRect();
  }

  private placeOf({ clientX, clientY }: PointerEvent | WheelEvent): Place {
    const { left, top, width, height } = this.frame();
    return [Math.min(1, Math.max(0, (clientX - left) / width)), 1 - Math.min(1, Math.max(0, (clientY - top) / height))];
  }

  private pointOf([across, up]: Place): [number, number] {
    const { x, y } = this.view;
    return [Number((x[0] + across * (x[1] - x[0])).toPrecision(4)), Number((y[0] + up * (y[1] - y[0])).toPrecision(4))];
  }

  private startPlace(): Place {
    const { start } = this.map().race;
    const share = ([low, high]: readonly [number, number], at: number): number => Math.min(1, Math.max(0, (at - low) / (high - low)));
    return [share(this.view.x, start[0]), share(this.view.y, start[1])];
  }
}
