/** The part of markdown-it that the site uses; the package has no types of its own. */
declare module 'markdown-it' {
  /** A piece of a page: an opening, a closing, or text. */
  export interface Token {
    readonly type: string;
    readonly tag: string;
    content: string;
    readonly children: Token[] | null;
    attrGet(name: string): string | null;
    attrSet(name: string, value: string): void;
  }
  /** Reads Markdown and writes HTML. */
  export default class MarkdownIt {
    constructor(options: { readonly html?: boolean });
    parse(text: string, env: object): Token[];
    readonly options: object;
    readonly renderer: { render(tokens: readonly Token[], options: object, env: object): string };
  }
}
