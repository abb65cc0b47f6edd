/**
 * Command-line options of the repository's scripts. Every script has `--help`, and reports a wrong argument in one line before it does anything.
 * Knows no script.
 */
import { parseArgs } from 'node:util';

/** An option: a flag, or an option with a value, whose name is `takes`. */
export interface Option {
  readonly about: string;
  readonly takes?: string;
}

/** Positional arguments. */
export interface Names {
  /** The name of one of them. */
  readonly one: string;
  readonly about: string;
  /** The allowed values; absent if any value is allowed. */
  readonly among?: readonly string[];
}

/** The result: for a flag whether it was given, for other options the value. */
export type Asked<O extends Readonly<Record<string, Option>>> = {
  readonly [K in keyof O]: O[K] extends { readonly takes: string } ? string | undefined : boolean;
} & { readonly names: readonly string[] };

/** The option of benchmarks that write their results. */
export const write = (where: string) => ({ write: { about: `write the results into ${where}` } });
/** The option of benchmarks that a test runs. */
export const smoke = { smoke: { about: 'a few small rounds, to check that it works' } };

/**
 * Parses the command line. Prints the help and exits with 0, or prints the error and exits with 2.
 *
 * @param command - the command, such as `npm run study`
 */
export function asked<const O extends Readonly<Record<string, Option>>>(command: string, about: string, options: O, names?: Names): Asked<O> {
  const known = Object.fromEntries(
    Object.entries<Option>(options).map(([name, { takes }]) => [name, { type: takes === undefined ? ('boolean' as const) : ('string' as const) }]),
  );
  const refuse = (reason: string): never => {
    console.error(`${reason}\n${command} ${dashes(command)}--help lists the options.`);
    process.exit(2);
  };
  const parsed = ((): { values: Record<string, string | boolean | undefined>; positionals: string[] } => {
    try {
      return parseArgs({ options: { ...known, help: { type: 'boolean', short: 'h' } }, allowPositionals: names !== undefined });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return refuse(`${error.message.split(/\. (?=To specify)/)[0]!.replace(/[.:]$/, '')}.`);
    }
  })();
  const taken = takenByNpm(Object.keys(options));
  if (taken !== undefined) refuse(taken);
  if (parsed.values['help'] === true) {
    console.log(helpOf(command, about, options, names));
    process.exit(0);
  }
  const unknown = parsed.positionals.find((name) => names?.among?.includes(name) === false);
  if (unknown !== undefined) {
    refuse(`There is no ${names?.one ?? 'argument'} ${unknown}; there are ${names?.among?.join(', ') ?? 'none'}.`);
  }
  const values = Object.fromEntries(
    Object.entries<Option>(options).map(([name, { takes }]) => [name, takes === undefined ? parsed.values[name] === true : parsed.values[name]]),
  );
  return { ...values, names: parsed.positionals } as Asked<O>;
} // prettier-ignore

/** Options that npm has too, so that they may come from its configuration files. */
const npmsOwn: ReadonlySet<string> = new Set(['all', 'json', 'only', 'python']);

/**
 * The error message if npm consumed options, because they were not preceded by `--`: npm passes them to scripts as `npm_config_NAME`. Ignoring them would do something
 * else, such as running the study for hours with `npm run study --figures`.
 */
export function takenByNpm(options: readonly string[], environment: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const event = environment['npm_lifecycle_event'];
  const given = options.filter((name) => !npmsOwn.has(name) && environment[`npm_config_${name.replaceAll('-', '_')}`] !== undefined).map((name) => `--${name}`);
  if (event === undefined || given.length === 0) return undefined;
  return `npm consumed ${given.join(' and ')}: put the script’s options after --, as in npm run ${event} -- ${given.join(' ')}.`;
} // prettier-ignore

/** npm consumes options unless they follow this. */
const dashes = (command: string): string => (command.startsWith('npm') ? '-- ' : '');

function helpOf(command: string, about: string, options: Readonly<Record<string, Option>>, names: Names | undefined): string {
  const rows = [
    ...(names === undefined ? [] : [[names.one.toUpperCase(), names.about] as const]),
    ...Object.entries(options).map(([name, { about: text, takes }]) => [`--${name}${takes === undefined ? '' : ` ${takes}`}`, text] as const),
    ['-h, --help', 'print this help'] as const,
  ];
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const usage = `${command} ${dashes(command)}${names === undefined ? '' : `[${names.one.toUpperCase()} …] `}[options]`;
  const all = names?.among === undefined || names.among.length > 60 ? [] : ['', wrapped(`${names.one.toUpperCase()} is one of ${names.among.join(', ')}.`)];
  return [usage, '', about, '', ...rows.map(([name, text]) => `  ${name.padEnd(width)}${text}`), ...all].join('\n');
} // prettier-ignore

/** A text wrapped to lines of at most 100 characters. */
function wrapped(text: string): string {
  return text.replaceAll(/(.{1,100})(?: |$)/g, '$1\n').trimEnd();
}
