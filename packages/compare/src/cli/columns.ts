/** The width of the terminal, or what COLUMNS says where there is none. */
export function columns(): number {
  const said = Number(process.env['COLUMNS']);
  return process.stdout.isTTY ? process.stdout.columns : Number.isInteger(said) && said > 0 ? said : 100;
}
