/** What the writer of pages (`write.ts`) and who calls it know of each other. */

import type { Evidence } from '../parts/evidence.ts';

/** What is needed besides the components. */
export interface Tools {
  /** A document to draw figures in. */
  readonly document: Document;
  /** Keeps a picture, and answers with its place from the root. */
  readonly keep: (svg: string) => string;
  /** The recorded verdicts. */
  readonly evidence: readonly Evidence[];
}

/** The race of an optimizer and its rivals. */
export interface WrittenRace {
  /** The picture of its map, from the root. */
  readonly picture: string;
  readonly surface: string;
  readonly keys: readonly {
    readonly pen: string;
    readonly dash: string;
    readonly label: string;
    readonly lr: number | undefined;
    /** The loss at the end, as text. */
    readonly left: string;
  }[];
  /** The address of the race in the lab. */
  readonly lab: string;
  /** The race as text, for who makes it alive. */
  readonly setup: string;
  /** Its preview: 1200 × 630 pixels, three bytes each. */
  readonly pixels: Uint8Array;
}

/** The module that a build for Node makes of `write.ts`. */
export interface Writer {
  /** The inside of the body of a page of the app; `root` is the way from the page to the site's root. */
  readonly write: (path: string, root: string, tools: Tools) => Promise<string>;
  /** The same of a page of text. */
  readonly writeDocument: (page: string, content: string, root: string) => string;
  /** The preview of a page of the app that has been written and shows a race: 1200 × 630 pixels, three bytes each. */
  readonly previewOf: (path: string) => Uint8Array | undefined;
  /** The race of an optimizer of the library; undefined where it cannot step two coordinates. */
  readonly raceOf: (name: string, rivals: readonly string[], root: string, keep: Tools['keep']) => Promise<WrittenRace | undefined>;
  readonly typeset: (tex: string, block: boolean) => string;
  /** What a page of the app is called and says. */
  readonly heading: (path: string) => { readonly title: string; readonly lead: string };
  /** The colours. */
  readonly palette: string;
  /** The paths of all pages of the app, and the modules of each. */
  readonly appPages: readonly { readonly path: string; readonly modules: readonly string[] }[];
}
