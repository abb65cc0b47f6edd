/** Tables as Parquet, by hyparquet-writer. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Cell, Table } from './table.ts';

const types = { text: 'STRING', number: 'DOUBLE', integer: 'INT64' } as const;

/** The bytes of a file with all rows; each column can be null. */
export function parquet<Row>({ columns, rows }: Table<Row>): Uint8Array {
  const cells = columns.map((): Cell[] => []);
  for (const row of rows) for (const [i, { of }] of columns.entries()) cells[i]!.push(of(row));
  const columnData = columns.map(({ name, type }, i) => ({
    name,
    type: types[type],
    nullable: true,
    data: type === 'integer' ? cells[i]!.map((cell) => (cell === null ? null : BigInt(cell))) : cells[i]!,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
