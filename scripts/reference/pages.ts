/** Writes the pages of docs/reference/ from the notes. Part of `npm run reference`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entries, renderPage } from '@thalweg/compare';

const pages = join(import.meta.dirname, '../../docs/reference');
for (const entry of entries()) writeFileSync(join(pages, `${entry.name}.md`), renderPage(entry));
const list = entries()
  .map(({ name, note }) => `- [${name}](${name}.md): ${note.about}`)
  .join('\n');
writeFileSync(
  join(pages, 'README.md'),
  `# Optimizers and transforms\n\nWritten by \`npm run reference\` from the definitions, their documentation and the conformance table.\n\n${list}\n`,
);
