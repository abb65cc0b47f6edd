/**
 * Runs in TensorBoard's format: a folder of events for each, with its curves as scalars and its hyperparameters and results for the HParams dashboard. The
 * messages are those of TensorFlow's event.proto and summary.proto and of TensorBoard's plugin `hparams`; a file is a sequence of TFRecords.
 */
import { bytes, double, float, integer, message, type Field } from './protobuf.ts';
import type { RunRow } from './table.ts';

/** A file to be written, by its path below the folder of logs. */
export interface LogFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/** What the dashboard shows of a run besides its hyperparameters. */
const results = ['test', 'validation', 'training loss'] as const;

/** The logs of these runs, and one for all that says which hyperparameters and results there are. */
export function* tensorboard(runs: Iterable<RunRow>): Generator<LogFile> {
  const types = new Map<string, number>();
  let first = 0;
  for (const run of runs) {
    const hyper = hyperOf(run);
    for (const [name, value] of Object.entries(hyper)) types.set(name, typeof value === 'number' ? dataTypes.number : dataTypes.text);
    first ||= secondsOf(run);
    yield { path: `${folderOf(run)}/${fileName(run.number)}`, content: records(eventsOf(run, hyper)) };
  }
  const infos = [...types].map(([name, type]) => bytes(4, [bytes(1, name), integer(4, type)]));
  const metrics = results.map((tag) => bytes(5, [bytes(1, [bytes(2, tag)]), bytes(3, tag)]));
  yield {
    path: fileName(0),
    content: records([started(first), event(first, 0, [hparams('_hparams_/experiment', bytes(2, [...infos, ...metrics]))])]),
  };
}

/** As the plugin numbers them. */
const dataTypes = { text: 1, number: 3 } as const;

function hyperOf({ problem, optimizer, schedule, lr, seed, steps, settings }: RunRow): Readonly<Record<string, string | number>> {
  return { problem, optimizer, schedule, lr, seed, steps, ...settings };
}

/** `digits/adamw/12-lr-0.01-seed-101`: what runs are filtered by. */
function folderOf({ number, problem, optimizer, schedule, lr, seed }: RunRow): string {
  const name = schedule === 'constant' ? optimizer : `${optimizer}+${schedule}`;
  return [problem, name, `${String(number)}-lr-${String(lr)}-seed-${String(seed)}`]
    .map((one) => one.replaceAll(/[^\w.+-]/g, '_'))
    .join('/');
}

/** The same for the same run, so that a second export replaces the first. */
function fileName(number: number): string {
  return `events.out.tfevents.${String(number)}.thalweg`;
}

function secondsOf({ made }: RunRow): number {
  return made === null ? 0 : Date.parse(made) / 1000;
}

function* eventsOf(run: RunRow, hyper: Readonly<Record<string, string | number>>): Generator<Uint8Array> {
  const { result, steps, state, validationMetric, testMetric } = run;
  const end = secondsOf(run);
  const start = end - result.seconds.gradient - result.seconds.optimizer;
  // When a step was made is not kept; it took its share of the time.
  const at = (step: number): number => start + ((end - start) * step) / steps;
  yield started(start);
  const entries = Object.entries(hyper).map(([name, value]) => bytes(1, [bytes(1, name), bytes(2, [typeof value === 'number' ? double(2, value) : bytes(3, value)])]));
  yield event(start, 0, [hparams('_hparams_/session_start_info', bytes(3, [...entries, double(5, start)]))]);
  for (const [tag, curve] of [['training/loss', result.training], [`validation/${run.metrics?.tuning.name ?? 'metric'}`, result.validation]] as const)
    for (const [i, step] of curve.steps.entries()) yield event(at(step), step, [scalar(tag, curve.values[i] ?? NaN)]);
  // A run that diverged has no results.
  const found = { test: testMetric, validation: validationMetric, 'training loss': result.finalLoss };
  const there = results.flatMap((tag) => (found[tag] === null ? [] : [scalar(tag, found[tag])]));
  if (there.length > 0) yield event(end, steps, there);
  yield event(end, 0, [hparams('_hparams_/session_end_info', bytes(4, [integer(1, state === 'failed' ? 2 : 1), double(2, end)]))]);
} // prettier-ignore

/** The event that every file begins with. */
function started(seconds: number): Uint8Array {
  return message([double(1, seconds), bytes(3, 'brain.Event:2')]);
}

function event(seconds: number, step: number, values: readonly Field[]): Uint8Array {
  return message([double(1, seconds), integer(2, step), bytes(5, values)]);
}

/** A value of a summary. */
function scalar(tag: string, value: number): Field {
  return bytes(1, [bytes(1, tag), float(2, value)]);
}

/** What the plugin `hparams` reads, version 0 of it; the value itself is one zero, which nobody looks at. */
function hparams(tag: string, data: Field): Field {
  const zero = [integer(1, 1), bytes(2, [bytes(2, [integer(1, 1)])]), bytes(5, new Uint8Array(4))];
  return bytes(1, [bytes(1, tag), bytes(8, zero), bytes(9, [bytes(1, [bytes(1, 'hparams'), bytes(2, message([data]))]), integer(4, 2)])]);
}

/** Each message with its length and checksums. */
function records(messages: Iterable<Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const one of messages) {
    const head = new Uint8Array(12);
    new DataView(head.buffer).setBigUint64(0, BigInt(one.length), true);
    new DataView(head.buffer).setUint32(8, masked(head.subarray(0, 8)), true);
    const tail = new Uint8Array(4);
    new DataView(tail.buffer).setUint32(0, masked(one), true);
    parts.push(head, one, tail);
  }
  return message(parts);
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1;
  return rest;
});

/** CRC-32C (Castagnoli), turned and moved, as TFRecords have it. */
function masked(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255]!;
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
