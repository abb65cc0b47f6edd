/** Puts generated text between the two markers of a document: `<!-- name -->` and `<!-- /name -->`. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

/** Replaces what stands between the markers. Throws where the document has none. */
export async function writeBetween(path: string, marker: string, body: string): Promise<void> {
  const file = join(import.meta.dirname, '..', path);
  const text = await readFile(file, 'utf8');
  const pattern = new RegExp(`<!-- ${marker} -->[\\s\\S]*<!-- /${marker} -->`);
  if (!pattern.test(text)) throw new Error(`${path} has no marker ${marker}`);
  const replaced = text.replace(pattern, () => `<!-- ${marker} -->\n\n${body}\n\n<!-- /${marker} -->`);
  await writeFile(file, await format(replaced, { ...(await resolveConfig(file)), filepath: file }));
}
