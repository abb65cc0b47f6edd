/** What a machine must be or have for some rows. */
import { existsSync } from 'node:fs';

/** Debian's Chromium. */
export const chromium = '/usr/bin/chromium';

/** Why programs made for Linux on x64 cannot run here; undefined where they can. */
export function linuxOnly(): string | undefined {
  const here = `${process.platform} ${process.arch}`;
  return here === 'linux x64' ? undefined : `is installed for Linux on x64, and this is ${here}`;
}

/** Why a page cannot be opened here; undefined where one can. */
export function browserOnly(): string | undefined {
  return existsSync(chromium) ? undefined : `there is no ${chromium}; to get it: apt-get install chromium`;
}
