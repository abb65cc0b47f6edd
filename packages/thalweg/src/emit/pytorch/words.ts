/** Reserved names in a PyTorch file. */
import { pythonWords } from '../identifiers.ts';
import { commonWords } from '../python.ts';
import { torchHelpers } from '../torch-library.ts';
import { betas } from './arguments.ts';

/** The names. */
export const torchWords = (): readonly string[] => [
  ...[...pythonWords, ...commonWords, ...Object.keys(torchHelpers)],
  ...['torch', 'closure', 'group', 'groups', 'parameters', 'everything', 'param', 'maximize', 'defaults', 'like', 'Optimizer', 'step'],
  ...[betas, 'method', 'name', 'schedules'],
];
