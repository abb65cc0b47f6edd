/** How Svelte compiles: runes only, so that a forgotten one is an error; warnings about accessibility stay on. */
export default { compilerOptions: { runes: true } };
