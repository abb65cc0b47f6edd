/** The target `wgsl`: compute shaders of WebGPU. */
import { oneOf } from '../language/options.ts';
import { UnsupportedError } from '../language/run-error.ts';
import { programOf } from '../define/program.ts';
import type { EmitOptions, Target } from './target.ts';
import { writeHead } from './wgsl/head.ts';
import { writeShader } from './wgsl/shader.ts';

/** Options of the target `wgsl`. */
export interface WgslOptions extends EmitOptions {
  /** The type of the elements: `'float32'`, which is all that WGSL has. */
  readonly dtype?: 'float32';
}

/** Compute shaders of WebGPU, with their bind group, their uniforms and what the host has to do written out in the head. */
export const wgsl: Target<WgslOptions> = {
  name: 'wgsl',
  about: 'compute shaders of WebGPU',
  extension: 'wgsl',
  options: ['name', 'source', 'dtype'],
  write: (method, options = {}) => {
    if (options.dtype !== undefined && oneOf<string>('emit to wgsl', 'dtype', options.dtype, ['float32', 'float64']) === 'float64')
      throw new UnsupportedError('emit to wgsl', 'WGSL has no float64; shaders are in float32');
    const [group, ...others] = method.groups;
    if (group === undefined || others.length > 0)
      throw new UnsupportedError('emit to wgsl', `${method.name} has groups; a shader is of one method, so emit that of each group`);
    const shader = writeShader(programOf(group));
    return `${writeHead(method, shader, options)}\n\n${shader.code}\n`;
  },
};
