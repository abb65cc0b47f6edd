/** Hyperparameters as JSON and back: numbers exactly, schedules as their equations; a plain function cannot be saved and says so. */
import { ThalwegError } from '../language/error.ts';
import { Schedule } from '../define/schedules/schedule.ts';
import type { HyperValue } from '../define/hyper.ts';

/** A value that JSON can hold. */
export function encodeHyper(value: HyperValue): unknown {
  if (typeof value === 'number') return encodeNumber(value);
  if (typeof value === 'function') return { function: true };
  const constants = Object.fromEntries(Object.entries(value.constants).map(([symbol, constant]) => [symbol, encodeNumber(constant)]));
  return { schedule: value.name, equation: value.equation, constants, base: encodeNumber(value.base) };
}

/** The value again; undefined for a function, or what is wrong in words. */
export function decodeHyper(saved: unknown): HyperValue | undefined | string {
  const number = decodeNumber(saved);
  if (number !== undefined) return number;
  if (typeof saved !== 'object' || saved === null) return 'is neither a number nor a schedule';
  if ('function' in saved) return undefined;
  if (!('schedule' in saved && 'equation' in saved && 'constants' in saved && 'base' in saved)) return 'is neither a number nor a schedule';
  const { schedule, equation, constants, base } = saved;
  const full = decodeNumber(base);
  if (
    typeof schedule !== 'string' ||
    typeof equation !== 'string' ||
    typeof constants !== 'object' ||
    constants === null ||
    full === undefined
  )
    return 'is a schedule that lacks a name, an equation, constants or a base';
  const values = Object.entries(constants).map(([symbol, value]) => [symbol, decodeNumber(value) ?? NaN] as const);
  try {
    return new Schedule(schedule, equation, Object.fromEntries(values), full);
  } catch (error) {
    if (error instanceof ThalwegError) return `is a schedule that cannot be read: ${error.message.split('\n')[0] ?? ''}`;
    throw error;
  }
}

/** A number as JSON, which knows neither NaN nor infinities nor −0. */
export function encodeNumber(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value);
}

/** The number again; undefined for anything else. */
export function decodeNumber(saved: unknown): number | undefined {
  if (typeof saved === 'number') return saved;
  return typeof saved === 'string' && ['-0', 'NaN', 'Infinity', '-Infinity'].includes(saved) ? Number(saved) : undefined;
}
