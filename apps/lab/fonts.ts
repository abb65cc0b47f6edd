/**
 * Trims KaTeX's two large fonts to the characters that formulas here are made of, since a page of the guide needs few of them. The whole fonts stay behind them in the style
 * sheet and are fetched where another character occurs. Knows TrueType and WOFF2 as far as that takes; runs in Node, when the lab is built.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

/** By font: its file, how the style sheet names it, and what is kept. */
const trimmed = [
  { file: 'KaTeX_Main-Regular', family: 'KaTeX_Main', style: 'normal', keep: ' \u00a0()+,-./0123456789<=>NS^acdefghiklmnoprstuwxz−∇∣∥≈≥←…⋅ˉ' },
  { file: 'KaTeX_Math-Italic', family: 'KaTeX_Math', style: 'italic', keep: 'abcdefghikmnprstuvwxyzBGLNOSTWβγεηκλμπρσ' },
] as const; // prettier-ignore

interface Table {
  readonly tag: string;
  readonly data: Buffer;
}

/** The tables of a TrueType file. */
function tablesOf(font: Buffer): Table[] {
  return Array.from({ length: font.readUInt16BE(4) }, (_, i) => {
    const at = 12 + 16 * i;
    const start = font.readUInt32BE(at + 8);
    return { tag: font.toString('latin1', at, at + 4), data: font.subarray(start, start + font.readUInt32BE(at + 12)) };
  });
}

/** The glyphs of characters by a table of format 4; those that the font has not are left out. */
function glyphsOf(cmap: Buffer, characters: string): Map<string, number> {
  const subtables = Array.from({ length: cmap.readUInt16BE(2) }, (_, i) => cmap.readUInt32BE(8 + 8 * i));
  const at = subtables.find((one) => cmap.readUInt16BE(one) === 4);
  if (at === undefined) throw new Error('the font has no table of characters of format 4');
  const segments = cmap.readUInt16BE(at + 6) / 2;
  const column = (k: number, i: number): number => at + 14 + 2 * (k * segments + i) + (k === 0 ? 0 : 2);
  const found = new Map<string, number>();
  for (const character of characters) {
    const code = character.codePointAt(0)!;
    const i = Array.from({ length: segments }).findIndex((_, one) => cmap.readUInt16BE(column(0, one)) >= code);
    const [start, delta, range] = [1, 2, 3].map((k) => cmap.readUInt16BE(column(k, i))) as [number, number, number];
    if (start > code) continue;
    const listed = range === 0 ? code : cmap.readUInt16BE(column(3, i) + range + 2 * (code - start));
    if (listed !== 0) found.set(character, (listed + delta) & 0xffff);
  }
  return found;
}

/**
 * The outline of a simple glyph without its instructions, which fit it to coarse pixels and are a third of a font; what they need of the font is left out as
 * well. Composite glyphs are as they were.
 */
function plain(outline: Buffer): Buffer {
  const contours = outline.length === 0 ? -1 : outline.readInt16BE(0);
  if (contours < 0) return outline;
  const at = 10 + 2 * contours;
  const after = at + 2 + outline.readUInt16BE(at);
  const even = Buffer.alloc((outline.length - after + at) & 1);
  return Buffer.concat([outline.subarray(0, at), Buffer.alloc(2), outline.subarray(after), even]);
}

/** The font with the outlines of these glyphs, and of those that they are put together from, alone. */
function outlines(tables: readonly Table[], kept: ReadonlySet<number>): Table[] {
  const table = (tag: string): Buffer => tables.find((one) => one.tag === tag)!.data;
  const [glyf, loca, long] = [table('glyf'), table('loca'), table('head').readInt16BE(50) === 1];
  const count = loca.length / (long ? 4 : 2) - 1;
  const placeOf = (glyph: number): number => (long ? loca.readUInt32BE(4 * glyph) : 2 * loca.readUInt16BE(2 * glyph));
  const outlineOf = (glyph: number): Buffer => glyf.subarray(placeOf(glyph), placeOf(glyph + 1));
  const needed = new Set<number>([0, ...kept]);
  for (const glyph of needed) for (const part of partsOf(outlineOf(glyph))) needed.add(part);
  const places = Buffer.alloc(loca.length);
  const parts: Buffer[] = [];
  let end = 0;
  for (let glyph = 0; glyph <= count; glyph++) {
    if (long) places.writeUInt32BE(end, 4 * glyph);
    else places.writeUInt16BE(end / 2, 2 * glyph);
    if (glyph === count || !needed.has(glyph)) continue;
    parts.push(plain(outlineOf(glyph)));
    end += parts.at(-1)!.length;
  }
  const outlined = Buffer.concat(parts);
  return tables
    .filter(({ tag }) => !['fpgm', 'prep', 'cvt ', 'gasp'].includes(tag))
    .map(({ tag, data }) => ({ tag, data: tag === 'glyf' ? outlined : tag === 'loca' ? places : data }));
}

/** The glyphs that a composite one is put together from. */
function partsOf(outline: Buffer): number[] {
  const parts: number[] = [];
  if (outline.length === 0 || outline.readInt16BE(0) >= 0) return parts;
  for (let at = 10, more = true; more;) {
    const flags = outline.readUInt16BE(at);
    parts.push(outline.readUInt16BE(at + 2));
    const size = (flags & 1) === 0 ? 2 : 4;
    const scale = (flags & 8) !== 0 ? 2 : (flags & 64) !== 0 ? 4 : (flags & 128) !== 0 ? 8 : 0;
    at += 4 + size + scale;
    more = (flags & 32) !== 0;
  }
  return parts;
}

/** The tags that WOFF2 has numbers for, in its order; others are written out. */
const tags = 'cmap head hhea hmtx maxp name OS/2 post cvt_ fpgm glyf loca prep CFF_ VORG EBDT EBLC gasp'.split(' ').map((tag) => tag.replace('_', ' ')); // prettier-ignore

/** A number in as many bytes as it needs, seven bits in each. */
function varied(value: number): number[] {
  const bytes = [value & 127];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 127) | 128);
  return bytes;
}

/** Tables as a WOFF2 file, none of them transformed. */
function woff2(tables: readonly Table[]): Buffer {
  const order = tables.toSorted((a, b) => tags.indexOf(a.tag) - tags.indexOf(b.tag));
  const directory = Buffer.from(
    order.flatMap(({ tag, data }) => {
      const number = tags.indexOf(tag);
      if (number < 0) throw new Error(`no table ${tag} is expected in a font of KaTeX`);
      // Of these two it has to be said that they are as they were.
      return [number | (tag === 'glyf' || tag === 'loca' ? 3 << 6 : 0), ...varied(data.length)];
    }),
  );
  const all = Buffer.concat(order.map(({ data }) => data));
  const packed = brotliCompressSync(all, { params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_FONT } });
  const padding = Buffer.alloc(-(directory.length + packed.length) & 3);
  const unpacked = order.reduce((sum, { data }) => sum + 16 + ((data.length + 3) & ~3), 12);
  const head = Buffer.alloc(48);
  head.write('wOF2', 'latin1');
  head.writeUInt32BE(0x00010000, 4);
  head.writeUInt32BE(head.length + directory.length + packed.length + padding.length, 8);
  head.writeUInt16BE(order.length, 12);
  head.writeUInt32BE(unpacked, 16);
  head.writeUInt32BE(packed.length, 20);
  return Buffer.concat([head, directory, packed, padding]);
}

/** A font trimmed to these characters, and those of them that it has. */
export function trim(font: Buffer, characters: string): { readonly font: Buffer; readonly has: string[] } {
  const tables = tablesOf(font);
  const glyphs = glyphsOf(tables.find(({ tag }) => tag === 'cmap')!.data, characters);
  return { font: woff2(outlines(tables, new Set(glyphs.values()))), has: [...glyphs.keys()] };
}

/** Puts the trimmed fonts behind the whole ones into KaTeX's style sheet: of two that have a character, a browser takes the later. */
export const trimmedFonts = {
  name: 'trimmed-fonts',
  enforce: 'pre',
  transform: {
    filter: { id: /katex\/dist\/katex\.min\.css$/ },
    handler(code: string, id: string) {
      const folder = join(dirname(createRequire(import.meta.url).resolve('katex/package.json')), '../.cache/thalweg-fonts');
      mkdirSync(folder, { recursive: true });
      const faces = trimmed.map(({ file, family, style, keep }) => {
        const { font, has } = trim(readFileSync(join(dirname(id), `fonts/${file}.ttf`)), keep);
        const path = join(folder, `${file}-trimmed.woff2`);
        writeFileSync(path, font);
        // A space is what a browser measures a font by, and one without width holds lines up: neither is worth the whole font.
        const range = [...new Set([' ', '\u200b', ...has])].map((one) => `U+${one.codePointAt(0)!.toString(16)}`).join(',');
        return `@font-face{font-display:block;font-family:${family};font-style:${style};font-weight:400;src:url(${relative(dirname(id), path)}) format("woff2");unicode-range:${range}}`;
      });
      return { code: code + faces.join(''), map: null };
    },
  },
} as const;
