/**
 * Checkpoints of PyTorch: `thalweg/pytorch`.
 *
 * @packageDocumentation
 */
import { kind } from './language/brand.ts';
import type { ConvertingFormat } from './checkpoint/conversion.ts';
import type { CheckpointFormat } from './checkpoint/format.ts';
import { decide } from './pytorch/read.ts';
import { encode } from './pytorch/write.ts';

const format: ConvertingFormat = { [kind]: 'checkpoint format', name: 'pytorch', encode, decide };

/**
 * The format in which a training run goes over from PyTorch, or back: what `python/thalweg_checkpoint.py`, which this package holds, writes and reads. It
 * has the model's parameters under their names, and what `optimizer.state_dict()` has: states, `step`, and the options of every param group. For SGD, Adam,
 * AdamW (with AMSGrad), RMSprop, Adagrad, Lion and Muon, alone, in groups, and behind transforms without states, such as clipping.
 *
 * Loading compares everything, options included, and throws a CheckpointError that lists what differs. A parameter that has no states in the file, because it
 * had no gradient yet, begins anew. Numbers of a narrower type (bfloat16, or float32 where this optimizer has float64) are taken as they are, and those of a
 * wider one refused. docs/pytorch.md tells the rest.
 *
 * @example
 * ```ts
 * import { adamw } from 'thalweg';
 * import { pytorch } from 'thalweg/pytorch';
 * const opt = await adamw({ lr: 3e-4 }).init({ w: Float32Array.of(1, 2) });
 * opt.step({ w: Float32Array.of(3, 4) });
 * const file = await opt.save({ format: pytorch }); // for load(path, model, optimizer) of thalweg_checkpoint.py
 * await opt.load(file, { format: pytorch }); // as from save(path, model, optimizer) there
 * ```
 */
export const pytorch: CheckpointFormat = format;
