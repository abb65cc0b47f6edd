#!/usr/bin/env node
/** The command's entry. The exit code is set rather than forced, so that output is flushed. */
import { main } from '../src/cli/main.ts';

process.exitCode = await main(process.argv.slice(2));
