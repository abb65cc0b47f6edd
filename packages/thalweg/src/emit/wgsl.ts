/** The target `wgsl`: compute shaders of WebGPU. */
import { oneOf } from '../language/options.ts';
import { UnsupportedError } from '../language/run-error.ts';
import { programOf } from '../define/program.ts';
import { onlyGroup } from './refusals.ts';
import type { EmitOptions, Target } from './target.ts';
import { writeHead } from './wgsl/head.ts';
import { writeShader } from './wgsl/shader.ts';

/** Options of the target `wgsl`. */
export interface WgslOptions extends EmitOptions {
  /** The element type: `'float32'`, the only one that WGSL has. */
  readonly dtype?: 'float32';
}

/** Compute shaders of WebGPU; comments at the top describe their bind group, their uniforms and what the host has to do. */
export const wgsl: Target<WgslOptions> = {
  name: 'wgsl',
  about: 'compute shaders of WebGPU',
  extension: 'wgsl',
  options: ['name', 'source', 'dtype'],
  write: (method, options = {}) => {
    if (options.dtype !== undefined && oneOf<string>('emit to wgsl', 'dtype', options.dtype, ['float32', 'float64']) === 'float64')
      throw new UnsupportedError('emit to wgsl', 'WGSL has no float64; leave out dtype for float32');
    const shader = writeShader(programOf(onlyGroup(method, method.groups, 'emit to wgsl')));
    return `${writeHead(method, shader, options)}\n\n${shader.code}\n`;
  },
};
