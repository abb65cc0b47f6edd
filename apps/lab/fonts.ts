/**
 * Trims KaTeX's two large fonts to the characters that formulas here are made of, since a page of the guide needs few of them. The whole fonts stay behind them in the style
 * sheet and are fetched where another character occurs. Runs in Node, when the lab is built.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import subsetFont from 'subset-font';

/** By font: its file, how the style sheet names it, and what is kept. */
const trimmed = [
  { file: 'KaTeX_Main-Regular', family: 'KaTeX_Main', style: 'normal', keep: ' \u00a0()+,-./0123456789<=>NS^acdefghiklmnoprstuwxz−∇∣∥≈≥←…⋅ˉ' },
  { file: 'KaTeX_Math-Italic', family: 'KaTeX_Math', style: 'italic', keep: 'abcdefghikmnprstuvwxyzBGLNOSTWβγεηκλμπρσ' },
] as const; // prettier-ignore

/** Puts the trimmed fonts behind the whole ones into KaTeX's style sheet: of two that have a character, a browser takes the later. */
export const trimmedFonts = {
  name: 'trimmed-fonts',
  enforce: 'pre',
  transform: {
    filter: { id: /katex\/dist\/katex\.min\.css$/ },
    async handler(code: string, id: string) {
      const folder = join(dirname(createRequire(import.meta.url).resolve('katex/package.json')), '../.cache/thalweg-fonts');
      mkdirSync(folder, { recursive: true });
      const faces: string[] = [];
      for (const { file, family, style, keep } of trimmed) {
        const path = join(folder, `${file}-trimmed.woff2`);
        // Hinting fits outlines to coarse pixels, and is a third of a font.
        writeFileSync(
          path,
          await subsetFont(readFileSync(join(dirname(id), `fonts/${file}.ttf`)), keep, { targetFormat: 'woff2', noHinting: true }),
        );
        // A space is what a browser measures a font by, and one without width holds lines up: neither is worth the whole font.
        const range = [...new Set([' ', '\u200b', ...Array.from(keep)])].map((one) => `U+${one.codePointAt(0)!.toString(16)}`).join(',');
        faces.push(
          `@font-face{font-display:block;font-family:${family};font-style:${style};font-weight:400;src:url(${relative(dirname(id), path)}) format("woff2");unicode-range:${range}}`,
        );
      }
      return { code: code + faces.join(''), map: null };
    },
  },
} as const;
