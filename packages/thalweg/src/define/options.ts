/** How options are checked, for those who import `train/` alone. */
export {
  checkNames,
  checkNumber,
  checkWhole,
  describe,
  isCallable,
  isRecord,
  oneOf,
  optionSuggestion,
  wrongOption,
} from '../language/options.ts';
