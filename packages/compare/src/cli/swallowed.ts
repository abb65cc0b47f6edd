/**
 * Options that npm took for itself. `npm run thalweg compare --quick`, without `--` before the arguments, passes on only `compare`: npm keeps `--quick` as
 * a setting of its own, which scripts see as `npm_config_quick`. Knows npm's environment and a command's table of options; runs nothing.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command, Option } from 'commander';

/** What a process finds in its environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What became of options: a sentence, and whether the command cannot mean anything without them. */
export interface Swallowed {
  readonly sentence: string;
  readonly stops: boolean;
}

/** Settings that npm has itself, under names of ours, and may have from anywhere. */
const npmsOwn: ReadonlySet<string> = new Set(['json', 'color', 'name']);

/** What npm makes of names that it takes as the beginning of one of its own, or as several letters. */
const expanded: Readonly<Record<string, string>> = { to: 'token_description', as: 'all' };

/** What was meant for `command` and did not reach it; undefined where nothing was, or npm has no part in it. */
export function swallowed(command: Command, args: readonly string[], environment: Environment = process.env): Swallowed | undefined {
  const verb = environment['npm_command'] ?? '';
  const event = environment['npm_lifecycle_event'] ?? '';
  if (!['run', 'run-script', 'start', 'test', 'exec'].includes(verb) || event === '') return undefined;
  // Others hand options over.
  if (!(environment['npm_config_user_agent'] ?? 'npm/').startsWith('npm/')) return undefined;
  const settings = settingsOf(environment);
  const found = command.options.flatMap((option) => {
    if (isGiven(option, args)) return [];
    const key = keysOf(option).find((one) => wasTyped(one, option, environment, settings));
    return key === undefined ? [] : [{ option, value: environment[`npm_config_${key}`] ?? '' }];
  });
  const stops = found.some(({ option }) => !npmsOwn.has(nameOf(option)));
  // One that is npm's own, and turned off, says nothing: a setting of npm's may do that everywhere.
  if (!stops && found.every(({ option }) => option.negate)) return undefined;
  const names = found.map(({ option }) => option.long ?? option.short ?? '');
  const given = found.flatMap(({ option, value }) => typed(option, value));
  const own = scriptWords(environment, event);
  const after = own.every((word, i) => args[i] === word) ? args.slice(own.length) : args;
  // Values that became arguments of their own are among these, and nothing tells which they are.
  const loose = given.filter(({ whole }) => !whole).length;
  const first = after.length === args.length ? 1 : 0;
  const rest = loose === 0 ? after : [...after.slice(0, first), ...(after.length > first + loose ? ['…'] : [])];
  const shown = [...rest, ...given.map(({ text }) => text)];
  const begin = verb === 'exec' ? 'npm exec -- thalweg' : verb === 'run' || verb === 'run-script' ? `npm run ${event} --` : `npm ${verb} --`;
  const they = names.length === 1 ? 'it stands' : 'they stand';
  const last = names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
  return { sentence: `npm took ${last} for itself, since ${they} before --, so thalweg did not get ${names.length === 1 ? 'it' : 'them'}; write ${[begin, ...shown].join(' ')}`, stops };
} // prettier-ignore

/** The names under which npm may have put it. */
function keysOf(option: Option): string[] {
  const name = nameOf(option);
  return [name, expanded[name] ?? '', (option.short ?? '').replace('-', '')].filter((one) => one !== '');
}

/** As npm writes it in the environment; of `--no-color`, the `color`. */
function nameOf({ long }: Option): string {
  return (long ?? '').replace(/^--(?:no-)?/, '').replaceAll('-', '_');
}

/** Whether npm has it from the line that was typed: not from its files, not where the script itself uses it, and turned the way that the option turns it. */
function wasTyped(key: string, { negate }: Option, environment: Environment, settings: ReadonlySet<string>): boolean {
  const name = `npm_config_${key}`;
  const value = environment[name];
  if (value === undefined || settings.has(key) || (environment['npm_lifecycle_script'] ?? '').includes(name)) return false;
  return (value === '' || value === 'false') === negate;
}

function isGiven({ long, short }: Option, args: readonly string[]): boolean {
  return args.some((arg) => [long, short].some((flag) => flag !== undefined && (arg === flag || arg.startsWith(`${flag}=`))));
}

/** How an option is to be typed: with the value that npm has, each time; or, where the value became an argument of its own, with what it stands for. */
function typed(option: Option, value: string): { readonly text: string; readonly whole: boolean }[] {
  const flag = option.long ?? option.short ?? '';
  if (!option.required) return [{ text: flag, whole: true }];
  const values = value.split('\n\n');
  if (values.includes('true')) return [{ text: option.flags.replace(/^-\w, /, ''), whole: false }];
  return values.map((one) => ({ text: `${flag} ${/^[\w./:,=@+-]+$/.test(one) ? one : `'${one}'`}`, whole: true }));
}

/** The words that the script itself hands to the command: those after the last that names it. */
function scriptWords(environment: Environment, event: string): string[] {
  const manifest = environment['npm_package_json'];
  const script = manifest === undefined ? undefined : scriptsOf(manifest)[event];
  const words = typeof script === 'string' ? script.trim().split(/\s+/) : [];
  return words.slice(1 + words.findLastIndex((word) => /(?:^|[/\\])thalweg(?:\.[jt]s)?["']?$/.test(word)));
}

function scriptsOf(manifest: string): Readonly<Record<string, unknown>> {
  const text = textOf(manifest);
  if (text === undefined) return {};
  const parsed: unknown = JSON.parse(text);
  const scripts: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'scripts') : undefined;
  return typeof scripts === 'object' && scripts !== null ? { ...scripts } : {};
}

/** The names that npm's files of settings have: the project's, the user's, everybody's. */
function settingsOf(environment: Environment): ReadonlySet<string> {
  const project = environment['npm_config_local_prefix'] ?? dirname(environment['npm_package_json'] ?? '.');
  const files = [join(project, '.npmrc'), environment['npm_config_userconfig'], environment['npm_config_globalconfig']];
  const lines = files.flatMap((file) => (file === undefined ? [] : (textOf(file) ?? '').split(/\r?\n/)));
  return new Set(lines.map((line) => (/^\s*([\w.-]+)(?:\[\])?\s*(?:=|$)/.exec(line)?.[1] ?? '').replaceAll('-', '_')));
}

/** Nothing is told of a file that is not there or cannot be read: npm has read it or not. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
