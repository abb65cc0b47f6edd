/** What the writer of pages (`write.ts`) and who calls it know of each other. */

/** What is needed besides the components. */
export interface Tools {
  /** A document to draw figures in. */
  readonly document: Document;
  /** Keeps a picture, and answers with its place from the root. */
  readonly keep: (svg: string) => string;
  /** The recorded verdicts. */
  readonly evidence: readonly { readonly id: string; readonly figure: string; readonly verdict: string; readonly holds: boolean }[];
}

/** A race to draw: optimizers of the guide's catalogue on a landscape of it. */
export interface RaceSetup {
  readonly surface: string;
  readonly entrants: readonly { readonly id: string; readonly values?: Readonly<Record<string, number>> }[];
  readonly steps: number;
}

/** The module that a build for Node makes of `write.ts`. */
export interface Writer {
  /** The inside of the body of a page of the app; `root` is the way from the page to the site's root. */
  readonly write: (path: string, root: string, tools: Tools) => Promise<string>;
  /** The same of a page of text. */
  readonly writeDocument: (page: string, content: string, root: string, wide: boolean) => string;
  readonly typeset: (tex: string, block: boolean) => string;
  /** What a page of the app is called and says. */
  readonly heading: (path: string) => { readonly title: string; readonly lead: string };
  /** The colours. */
  readonly palette: string;
  /** The paths of all pages of the app, and the module of each. */
  readonly appPages: readonly { readonly path: string; readonly module?: string }[];
}
