/** Keeps a user's output out of results that are piped: while their code runs, standard output goes to standard error. Knows only streams. */

/** The result of `run`; until it is there, standard output goes to standard error. May be nested. */
export async function aside<T>(run: () => Promise<T>): Promise<T> {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  try {
    return await run();
  } finally {
    stdout.write = write;
  }
}
