/** The call that makes an optimizer, as code: with the names of what is tuned in it, or with their values. Knows text alone. */
import { rateText } from './report/number.ts';

/** The call with these names among its options, in place of values that it has for them: `adam({ lr, eps: 1e-8 })` and `eps` make `adam({ lr, eps })`. */
export function withNames(code: string, names: readonly string[]): string {
  if (names.length === 0) return code;
  return code.replace(/\{ ?([^{}]*?) ?\}/, (_, options: string) => {
    const kept = options.split(/, /).filter((one) => one !== 'lr' && !names.some((name) => one.startsWith(`${name}:`)));
    return `{ ${['lr', ...names, ...kept].join(', ')} }`;
  });
}

/** The call with values for names that stand there alone, `lr` among them: `adamw({ lr: 0.01, weightDecay: 0.01 })`. */
export function withValues(code: string, values: Readonly<Record<string, number>>): string {
  return Object.entries(values).reduce(
    (text, [name, value]) =>
      text
        .replaceAll(new RegExp(`(?<=[{,] )${name}(?=[ ,}])`, 'g'), `${name}: ${rateText(value)}`)
        .replaceAll(`${name}: ${name}`, `${name}: ${rateText(value)}`),
    code,
  );
}
