/**
 * For builds of the lab: Observable Plot without what no figure here has: projections of a globe, calendars, colour schemes, bins, legends, tips. They are two fifths of
 * what draws a figure. In their place stand functions of the same names; a figure that needs one fails with this sentence. Knows Plot's modules by their
 * names; the tests draw every figure of the guide, the lab and the reports without them.
 */

/** Left out: where it is, and what those functions give, from what they are given, that Plot calls for every figure. */
const absent: readonly (readonly [RegExp, Readonly<Record<string, string>>])[] = [
  [/\/d3-geo\/dist\//, { geoTransform: 'undefined' }],
  [/\/d3-(time|time-format|scale-chromatic)\/dist\//, {}],
  [/\/plot\/src\/time\.js$/, {}],
  [/\/plot\/src\/legends\.js$/, { createLegends: '[]', exposeLegends: 'undefined' }],
  [/\/plot\/src\/marks\/tip\.js$/, {}],
  [/\/plot\/src\/interactions\/pointer\.js$/, {}],
  [/\/plot\/src\/scales\/(temporal|diverging)\.js$/, {}],
  [/\/plot\/src\/transforms\/bin\.js$/, { maybeDenseIntervalX: 'given', maybeDenseIntervalY: 'given' }],
  [/\/plot\/src\/scales\/schemes\.js$/, { isCategoricalScheme: 'false', isDivergingScheme: 'false', maybeBooleanRange: 'undefined' }],
];

/** The names that a module exports, however it says so. */
function exportsOf(code: string): string[] {
  const declared = [...code.matchAll(/^export (?:function\*?|class|const|let|var) (\w+)/gm)].map(([, name]) => name!);
  const listed = [...code.matchAll(/^export ?\{([^}]*)\}/gm)].flatMap(([, names]) =>
    names!.split(',').flatMap((one) => /(?:\bas )?(\w+)\s*$/.exec(one.trim())?.[1] ?? []),
  );
  return [...new Set([...declared, ...listed])];
}

export const leanPlot = {
  name: 'lean-plot',
  transform: {
    filter: { id: absent.map(([module]) => module) },
    handler(code: string, id: string) {
      const given = absent.find(([module]) => module.test(id))![1];
      const lines = exportsOf(code).map((name) =>
        name in given
          ? `export const ${name} = (given) => (${given[name]!});`
          : `export const ${name} = () => none(${JSON.stringify(name)});`,
      );
      const none = `const none = (name) => { throw new Error(\`the lab is built without Plot's \${name} (apps/lab/lean-plot.ts)\`); };`;
      return { code: [none, ...lines].join('\n'), map: null };
    },
  },
};
