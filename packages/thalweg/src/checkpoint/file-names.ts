/**
 * The names of arrays in files. A parameter has its own name, so that any reader of safetensors finds it; a state is `optimizer/state/parameter`. A
 * parameter whose name looks like a state's, or that no file can have, is stored like a state with an empty name: `optimizer//name`.
 */

const prefix = 'optimizer/';
const states = /^optimizer\/([^/]*)\/(.*)$/s;

/** The name of a parameter in a file. */
export function parameterKey(name: string): string {
  return name.startsWith(prefix) || name === '__metadata__' ? `${prefix}/${name}` : name;
}

/** The name of a state of a parameter in a file. */
export function stateKey(state: string, parameter: string): string {
  return `${prefix}${state.replaceAll('%', '%25').replaceAll('/', '%2F')}/${parameter}`;
}

/** An array of a file in words. */
export function title(key: string): string {
  const [, state = '', parameter = key] = states.exec(key) ?? [];
  const name = state.replaceAll('%2F', '/').replaceAll('%25', '%');
  return name === '' ? `the parameter ${parameter}` : `the state ${name} of ${parameter}`;
}

/** Whether it is the last update, which only an optimizer keeps that observes sign flips. */
export function isObserved(key: string): boolean {
  return /^optimizer\/observe\.update\d*\//.test(key);
}
