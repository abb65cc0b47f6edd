/** What an experiment fetches, in megabytes, as the page says it before it does; a test holds it against the files. */
export const megabytes = { words: 1.5, digits: 1.4 } as const;
