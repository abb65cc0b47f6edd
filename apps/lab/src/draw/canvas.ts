/** Canvases that fill a box at the resolution of the screen, and follow its width and the light. Knows nothing of what is drawn. */
import { onDarkness } from './ink.ts';

/** The context of a canvas of this size in CSS pixels, cleared. */
export function sharpContext(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const scale = Math.min(3, devicePixelRatio);
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d')!;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  return context;
}

/** Tells the size of a box now and whenever it changes, and when day and night change. Returns what ends it. */
export function watchBox(box: HTMLElement, isSized: (width: number, height: number) => void, changedLight: () => void): () => void {
  const observer = new ResizeObserver(([entry]) =>
    isSized(Math.round(entry?.contentRect.width ?? 0), Math.round(entry?.contentRect.height ?? 0)),
  );
  observer.observe(box);
  const stop = onDarkness(changedLight);
  return () => {
    observer.disconnect();
    stop();
  };
}
