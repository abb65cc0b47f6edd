/**
 * Takes the styles that stand in the markup of pages out into one style sheet: the pages' policy lets no inline style in. Each style becomes
 * a class with a short name, the same on every page. Knows markup only as text that a renderer has written.
 */

/** The styles of all pages so far. */
export class Styles {
  readonly #names = new Map<string, string>();

  /** The markup with classes in the place of styles. */
  taken(markup: string): string {
    return markup.replaceAll(
      /<([a-zA-Z][\w-]*)((?:\s+[^\s=>/]+(?:="[^"]*")?)*)(\s*\/?)>/g,
      (whole, tag: string, attributes: string, end: string) => {
        const style = / style="([^"]*)"/.exec(attributes)?.[1];
        if (style === undefined) return whole;
        const name = this.#name(style.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
        const rest = attributes.replace(/ style="[^"]*"/, '');
        const classed = rest.includes(' class="') ? rest.replace(/ class="/, ` class="${name} `) : `${rest} class="${name}"`;
        return `<${tag}${classed}${end}>`;
      },
    );
  }

  /** The style sheet. As in an inline style, each wins over what other sheets say. */
  sheet(): string {
    return [...this.#names].map(([style, name]) => `.${name}{${important(style)}}\n`).join('');
  }

  #name(style: string): string {
    let name = this.#names.get(style);
    if (name === undefined) this.#names.set(style, (name = `y${this.#names.size.toString(36)}`));
    return name;
  }
}

function important(style: string): string {
  return style
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => (one.includes('!important') ? one : `${one}!important`))
    .join(';');
}
