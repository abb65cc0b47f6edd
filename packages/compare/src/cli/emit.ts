/** The command `thalweg emit`: an optimizer as a file of another language or framework. Knows the library's public face and the notes of the reference. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { Method, OptionError } from 'thalweg';
import { isOptimizerFactory, optimizers } from '@thalweg/guide';
import { emit, targets, type TargetName } from 'thalweg/emit';
import { ownContestant } from '../contestants.ts';
import { nearest } from '../near.ts';
import { loadOwnFile } from '../own-file.ts';
import { aside } from '../aside.ts';
import { ProblemError } from '../problem.ts';
import { entries } from '../reference/entry.ts';
import { isFile } from '../registry.ts';
import { hung, wrap } from '../report/layout.ts';
import { writeWhole } from '../store/whole.ts';
import { columns } from './columns.ts';

type Value = number | string | boolean;

interface Options {
  readonly to: TargetName;
  readonly output?: string;
  readonly set: Readonly<Record<string, Value>>;
  readonly name?: string;
  readonly source?: string;
  readonly dtype?: 'float32' | 'float64';
  readonly exact?: true;
}

const names = Object.keys(targets) as readonly TargetName[];

const examples = [
  'thalweg emit adamw --to pytorch -o adamw.py',
  'thalweg emit muon --to optax --set lr=0.02 --set adjust=rms',
  'thalweg emit ./mine.ts --to numpy',
];

/** The command. */
export function emitCommand(): Command {
  return new Command('emit')
    .description(
      'Writes an optimizer as one file of another language or framework, with its equations, their source, and a test of itself that replays recorded steps.',
    )
    .argument(
      '<optimizer>',
      'a name that thalweg list prints, such as adamw; or a file such as ./mine.ts, whose default export is a method or makes one',
    )
    .addOption(new Option('--to <target>', names.join(', ')).makeOptionMandatory().argParser(target))
    .option('-o, --output <file>', 'where to write it; standard output without')
    .option('--set <option=value>', 'an option of the optimizer, as lr=3e-4 or nesterov=true; may be given several times', setting, {})
    .option('--name <name>', 'the name of the class or function')
    .option('--source <text>', 'the source that the file cites; by default the paper, for optimizers of the library')
    .addOption(new Option('--dtype <type>', 'the element type of the arrays (target c only)').choices(['float32', 'float64']))
    .option('--exact', "bit-identical to Thalweg's backends (target c only)")
    .addHelpText('after', () => `\n${targetLines(columns()).join('\n')}\n\nExamples:\n${examples.map((one) => `  $ ${one}`).join('\n')}`)
    .action(async (reference: string, options: Options) => {
      const text = write(await methodOf(reference, options.set), options);
      if (options.output === undefined) process.stdout.write(text);
      else keep(options.output, text);
    });
}

/** Writes a file whole, and says so. */
function keep(path: string, text: string): void {
  writeWhole(path, text);
  process.stderr.write(`Wrote ${path}.\n`);
}

function targetLines(width: number): string[] {
  return [...wrap('Targets:', width), ...names.flatMap((name) => hung(`${name}: ${targets[name].about}`, width, 2, 4))];
}

function target(name: string): TargetName {
  const found = names.find((one) => one === name.toLowerCase());
  if (found !== undefined) return found;
  const meant = names.find((one) => one.includes(name.toLowerCase()) || targets[one].about.toLowerCase().includes(name.toLowerCase()));
  const hint =
    nearest(name, names) ?? (name.length > 1 && meant !== undefined ? `did you mean ${meant}?` : `there are ${names.join(', ')}`);
  throw new InvalidArgumentError(`There is no target ${name}; ${hint.replace(/[^?]$/, '$&.')}`);
}

function setting(text: string, before: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const [, name, value = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('Write an option with its value, as lr=3e-4.');
  const number = Number(value);
  const read = value === 'true' ? true : value === 'false' ? false : Number.isNaN(number) || value.trim() === '' ? value : number;
  return { ...before, [name.trim()]: read };
}

function write(method: Method, { to, name, source, dtype, exact }: Options): string {
  const given = Object.entries({ name, source, dtype, exact }).filter(([, value]) => value !== undefined);
  const other = given.find(([option]) => !targets[to].options.some((one) => one === option));
  if (other !== undefined)
    throw new ProblemError(to, `it has no option --${other[0]}; it takes ${targets[to].options.map((one) => `--${one}`).join(', ')}`);
  return emit(method, to, Object.fromEntries(given));
}

/** The optimizer of a name or of a file, with these options. */
async function methodOf(reference: string, set: Options['set']): Promise<Method> {
  const { make, what } = isFile(reference) ? await aside(() => fromFile(reference)) : fromLibrary(reference);
  if (make instanceof Method) {
    if (Object.keys(set).length > 0)
      throw new ProblemError(reference, `it exports ${what} with its options already given, so --set cannot set any`);
    return make;
  }
  try {
    return make(set);
  } catch (error) {
    if (error instanceof OptionError) throw new ProblemError(reference, error.message.replace(`${error.owner}: `, ''));
    throw error;
  }
}

type Made = { readonly make: Method | ((options: Options['set']) => Method); readonly what: string };

function fromLibrary(name: string): Made {
  const found = [...optimizers].find(([one]) => one.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return { make: found[1], what: found[0] };
  if (entries().some((one) => one.name.toLowerCase() === name.toLowerCase()))
    throw new ProblemError(name, 'it is a transform; chain it with an optimizer in a file such as ./mine.ts: export default chain(…)');
  const hint = nearest(name, [...optimizers.keys()]) ?? 'thalweg list prints them all; a file of your own is ./mine.ts';
  throw new ProblemError(name, `there is no such optimizer; ${hint}`);
}

async function fromFile(reference: string): Promise<Made> {
  const { exported } = await loadOwnFile(reference);
  const { default: value } = exported;
  if (value instanceof Method) return { make: value, what: value.name };
  if (isOptimizerFactory(value)) return { make: value, what: value.definition.name };
  if (value !== undefined && (typeof value !== 'object' || value === null || !('create' in value)))
    throw new ProblemError(reference, 'its default export must be a method such as adamw(), a chain, or what optimizer({ … }) returned');
  const { create, centre, id } = ownContestant(reference, exported);
  return {
    what: id,
    make: ({ lr, ...others }) => {
      const [other] = Object.keys(others);
      if (other !== undefined) throw new ProblemError(reference, `its create(lr) takes only a learning rate, not ${other}`);
      const made = create(typeof lr === 'number' ? lr : centre, { steps: 1000 });
      if (!(made instanceof Method)) throw new ProblemError(reference, `${made.name} uses a line search, which cannot be emitted`);
      return made;
    },
  };
}
