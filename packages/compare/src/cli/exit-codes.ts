/** Exit codes of the command: 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
export const exitCodes = { failed: 1, usage: 2, interrupted: 130 } as const;
