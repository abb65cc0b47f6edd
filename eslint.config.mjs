/** Type-aware lint rules: the strictest presets, with the exceptions that numeric code needs, each with its reason. */
import eslint from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';

/** An exception from a rule says why: `// eslint-disable-next-line RULE -- reason`. */
const reasons = {
  meta: { type: 'problem', schema: [], messages: { missing: 'Say why after --.' } },
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        if (/^\s*eslint-disable/.test(comment.value) && !/\s--\s+\S/.test(comment.value)) {
          context.report({ loc: comment.loc, messageId: 'missing' });
        }
      }
    },
  }),
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      'docs/api/',
      'docs/.examples/',
      'packages/thalweg/test/.types/',
      'coverage/',
      'report/',
      '.bench/',
      '.oracle/',
      'environments/',
    ],
  },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.mjs', 'apps/lab/svelte.config.js'] },
        extraFileExtensions: ['.svelte'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { thalweg: { rules: { reasons } } },
    rules: {
      'thalweg/reasons': 'error',
      'no-eval': 'error',
      'no-new-func': 'error',
      '@typescript-eslint/no-implied-eval': 'error',
      // Index loops over typed arrays: noUncheckedIndexedAccess makes every element possibly undefined, and a check per element costs.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A `type` may be a JsTree of jax-js where an `interface` may not.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidOperator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // node:test reports a failed test itself.
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', name: ['test', 'describe', 'it'], package: 'node:test' }] },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      // `void x;` in an effect says what the effect follows.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // svelte-check tells of names that nobody declares, and knows the types of what a component is given and passes on; ESLint does not.
      'no-undef': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // The rule follows types that contain themselves, such as jax-js's trees, until the stack ends.
    files: ['packages/thalweg/src/jax/**', '**/*jax*.ts'],
    rules: { '@typescript-eslint/no-unsafe-class-instance-assignment': 'off' },
  },
  // A promise that is returned as it is leaves its caller out of the stack of an error, which users read.
  { files: ['packages/*/src/**/*.ts'], rules: { '@typescript-eslint/return-await': ['error', 'always'] } },
  { files: ['**/*.mjs', 'examples/start/**/*.js'], ...tseslint.configs.disableTypeChecked },
  // Files for Node, pages and edge functions, which a test runs there: what is global differs.
  { files: ['examples/start/**/*.js'], rules: { 'no-undef': 'off' } },
);
