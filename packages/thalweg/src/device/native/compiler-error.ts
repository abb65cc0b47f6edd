/** The error thrown when the C compiler fails. */
import { hide, ThalwegError } from '../../language/error.ts';

/** Lines of what a compiler says that a person reads. */
const screen = 12;

/** The C compiler failed; nothing was changed. */
export class CompilerError extends ThalwegError {
  static {
    this.prototype.name = 'CompilerError';
  }
  /** The command, with its arguments. */
  readonly command: readonly string[];
  /** The full output of the compiler; the message has as much of it as fits a screen. */
  readonly output: string;

  /** Says how `command` ended, and what it said. */
  constructor(command: readonly string[], how: string, output: string) {
    const lines = output.trimEnd().split('\n');
    const shown = lines.slice(0, screen).map((line) => `  ${line}`);
    if (lines.length > screen) shown.push(`  … and ${String(lines.length - screen)} more lines, in error.output`);
    const said = output.trim() === '' ? [] : shown;
    super(
      'compiler',
      [`the C compiler ${command[0] ?? ''} ${how}; set CC to another, or use the backend wasm, which needs none`, ...said].join('\n'),
    );
    this.command = command;
    this.output = output;
    hide(this, 'command');
    hide(this, 'output');
  }
}
