/** A page as Vite serves and builds it; ISOLATED=1 sends the headers that let it share memory between threads. */
const headers =
  process.env.ISOLATED === '1' ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } : {};

export default {
  server: { headers, port: 0 },
  preview: { headers, port: 0 },
  cacheDir: `.out/vite-cache-${process.env.ISOLATED ?? '0'}`,
  // So that a mistake in the page is found under the program's name.
  build: { rolldownOptions: { output: { entryFileNames: 'program-[hash].js' } } },
};
