/** Keeps what a user's code prints out of results that are piped: while it runs, what goes to standard output goes to standard error. Knows streams alone. */

/** What `run` gives; whatever is printed until then goes to standard error. One that is within another changes nothing. */
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
