/**
 * `thalweg/pytorch`: checkpoints of PyTorch.
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
 * The checkpoint format by which a training run moves from PyTorch to Thalweg or back; `python/thalweg_checkpoint.py`, which this package contains, reads
 * and writes it in Python. It holds the model's parameters by name and what `optimizer.state_dict()` has: states, `step`, and the options of every param
 * group. It supports SGD, Adam, AdamW (with AMSGrad), RMSprop, Adagrad, Lion and Muon, alone, in groups, and after transforms without states, such as
 * clipping.
 *
 * Loading compares everything, options included, and throws a CheckpointError that lists the differences. A parameter without states in the file, because
 * it had no gradient yet, has its states reset. Arrays of a narrower type (bfloat16, or float32 if this optimizer has float64) are converted; wider ones
 * are refused. Details are in docs/pytorch.md.
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
