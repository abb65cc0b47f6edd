/**
 * What a script of the repository is asked on its command line. All scripts have `--help`, and say in a line what is wrong with an argument, before they do anything.
 * Knows no script.
 */
import { parseArgs } from 'node:util';

/** An option: a flag, or one that takes a value, which is called `takes`. */
export interface Option {
  readonly about: string;
  readonly takes?: string;
}

/** Names that may follow the options. */
export interface Names {
  /** What one of them is. */
  readonly one: string;
  readonly about: string;
  /** Those that there are; absent where anything may be one. */
  readonly among?: readonly string[];
}

/** What was asked: of a flag whether it was there, of other options their values. */
export type Asked<O extends Readonly<Record<string, Option>>> = {
  readonly [K in keyof O]: O[K] extends { readonly takes: string } ? string | undefined : boolean;
} & { readonly names: readonly string[] };

/** The option of benchmarks that keep their figures. */
export const write = (where: string) => ({ write: { about: `keep the figures in ${where}` } });
/** The option of benchmarks that are tried by a test. */
export const smoke = { smoke: { about: 'a few small rounds, to see that it works' } };

/**
 * Reads the command line. Prints the help and ends with 0, or what is wrong and ends with 2.
 *
 * @param command - how it is called, such as `npm run study`
 */
export function asked<const O extends Readonly<Record<string, Option>>>(command: string, about: string, options: O, names?: Names): Asked<O> {
  const known = Object.fromEntries(
    Object.entries<Option>(options).map(([name, { takes }]) => [name, { type: takes === undefined ? ('boolean' as const) : ('string' as const) }]),
  );
  const refuse = (reason: string): never => {
    console.error(`${reason}\n${command} ${dashes(command)}--help lists what there is.`);
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

/** Settings that npm has itself, so that they may be from its files. */
const npmsOwn: ReadonlySet<string> = new Set(['all', 'json', 'only', 'python']);

/**
 * What is to be said where npm took options for itself, since they stood before its `--`: it leaves them to scripts as `npm_config_NAME`. Without them another
 * thing would be done, such as a study of hours for `npm run study --figures`.
 */
export function takenByNpm(options: readonly string[], environment: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const event = environment['npm_lifecycle_event'];
  const given = options.filter((name) => !npmsOwn.has(name) && environment[`npm_config_${name.replaceAll('-', '_')}`] !== undefined).map((name) => `--${name}`);
  if (event === undefined || given.length === 0) return undefined;
  return `npm took ${given.join(' and ')} for itself: options stand behind --, as in npm run ${event} -- ${given.join(' ')}.`;
} // prettier-ignore

/** npm takes options for itself unless they stand behind this. */
const dashes = (command: string): string => (command.startsWith('npm') ? '-- ' : '');

function helpOf(command: string, about: string, options: Readonly<Record<string, Option>>, names: Names | undefined): string {
  const rows = [
    ...(names === undefined ? [] : [[names.one.toUpperCase(), names.about] as const]),
    ...Object.entries(options).map(([name, { about: text, takes }]) => [`--${name}${takes === undefined ? '' : ` ${takes}`}`, text] as const),
    ['-h, --help', 'this text'] as const,
  ];
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const usage = `${command} ${dashes(command)}${names === undefined ? '' : `[${names.one.toUpperCase()} …] `}[options]`;
  const all = names?.among === undefined || names.among.length > 60 ? [] : ['', wrapped(`${names.one.toUpperCase()} is one of ${names.among.join(', ')}.`)];
  return [usage, '', about, '', ...rows.map(([name, text]) => `  ${name.padEnd(width)}${text}`), ...all].join('\n');
} // prettier-ignore

/** A text in lines of at most 100 characters. */
function wrapped(text: string): string {
  return text.replaceAll(/(.{1,100})(?: |$)/g, '$1\n').trimEnd();
}
