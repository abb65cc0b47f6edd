/** The call that makes an optimizer, as code: with the names or with the values of what is tuned; and which names it uses. Knows only text. */
/** The call with these names among its options, in place of values that it has for them: `adam({ lr, eps: 1e-8 })` and `eps` make `adam({ lr, eps })`. */
export function withNames(code: string, names: readonly string[]): string {
  if (names.length === 0) return code;
  return code.replace(/\{ lr(?:, ([^{}]*?))? \}/, (_, options = '') => {
    const kept = String(options)
      .split(/, /)
      .filter((one) => one !== '' && !names.some((name) => one.startsWith(`${name}:`)));
    return `{ ${['lr', ...names, ...kept].join(', ')} }`;
  });
}

/**
 * The call with values for the names that stand in it, `lr` among them: `adamw({ lr: 0.01, weightDecay: 0.01 })`; `lr: lr / 10` becomes `lr: 0.01 / 10`.
 * `schedule` makes a learning rate of the code of its value.
 */
export function withValues(
  code: string,
  values: Readonly<Record<string, number>>,
  schedule: (peak: string) => string = (peak) => peak,
): string {
  return code.replaceAll(/(?<=[{,] )(\w+)(?:: (\w+)( \/ \d+)?)?(?=[ ,}])/g, (whole, name: string, source: string = name, by = '') => {
    const value = values[source];
    if (value === undefined) return whole;
    const text = `${String(value)}${String(by)}`;
    return `${name}: ${name === 'lr' ? schedule(text) : text}`;
  });
}

/** The names that stand in code for something made elsewhere, each once: of `chain(adam({ lr: 0.1 }), mechanic())`, `chain`, `adam` and `mechanic`. */
export function namesIn(code: string): string[] {
  const plain = code.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, '');
  return [...new Set([...plain.matchAll(/(?<![.\w$])[A-Za-z_$][\w$]*(?![\w$])(?!\s*:)/g)].map(([name]) => name))];
}
