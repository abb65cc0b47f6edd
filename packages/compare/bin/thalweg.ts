#!/usr/bin/env node
/** The command's entry. The exit code is set rather than forced, so that output is flushed. */
import { main } from '../src/cli/main.ts';

// A reader that has seen enough, such as head, closes the pipe: that is an end and no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await main(process.argv.slice(2));
