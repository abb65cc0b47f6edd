/** The head of an emitted shader: equations, source, buffers, uniforms with their byte offsets, and the few JavaScript functions that a host needs. */
import type { Method } from '../../define/method.ts';
import { citationsOf } from '../citations.ts';
import type { EmitOptions } from '../target.ts';
import { tile, workgroup, type Entry, type Shader } from './shader.ts';

/** The words at which the functions for the host begin and end, for whoever takes them out of the head. */
export const hostMarks = ['For the host, in JavaScript:', 'End of the host’s part.'] as const;

/** The head, as a comment. */
export function writeHead(method: Method, shader: Shader, { name = method.name, source }: EmitOptions): string {
  const { buffers, entries, evaluates, scalars, sums, kept } = shader;
  const cited = source === undefined ? citationsOf(method) : [source];
  const storage = buffers.filter(({ access }) => access !== 'uniform').length;
  const lines = [
    `${name}, as compute shaders of WebGPU, in float32.`,
    '',
    ...method.equations.split('\n').map((line) => `    ${line}`),
    ...(cited.length === 0 ? [] : ['', ...cited.map((line, i) => `${i === 0 ? 'Source: ' : '        '}${line}`)]),
    '',
    'One bind group for each tensor, the same for every entry point:',
    ...table(buffers.map(({ id, written, access, about }, at) => [`binding ${String(at)}`, id, access === 'uniform' ? access : `storage, ${access}`, [written === id ? '' : written, about].filter((one) => one !== '').join(': ')])),
    ...(storage > 8 ? [`It needs a device with maxStorageBuffersPerShaderStage of at least ${String(storage)}.`] : []),
    ...(sums > 0 ? [`partials holds ${String(4 * sums)} bytes for every ${String(tile)} elements begun of each tensor; sums holds ${String(4 * kept)} bytes.`] : []),
    ...(sums === 0 && kept > 0 ? [`sums holds ${String(4 * kept)} bytes.`] : []),
    '',
    `Uniforms, ${String(bytesOf(shader))} bytes, each number with its offset:`,
    ...table([
      ['0', 'count', 'u32', 'elements of the tensor'],
      ...(sums > 0 ? [['4', 'first', 'u32', `where its parts begin in partials, in units of ${String(4 * sums)} bytes`], ['8', 'total', 'u32', 'parts of all tensors together']] : []),
      ...scalars.fields.map(({ id, written }, index) => [String(4 * (counts(shader) + index)), id, 'f32', written]),
    ]),
    '',
    'A step, in this order, each for every tensor before the next begins:',
    ...table(entries.map(({ name, elements, about }) => [name, elements === undefined ? 'one workgroup' : `a workgroup for every ${String(elements)} elements begun`, about])),
    ...(evaluates ? [`To evaluate the model, after a step: evaluate, a workgroup for every ${String(workgroup)} elements begun, with uniforms() called again.`] : []),
    '',
    hostMarks[0],
    '',
    ...host(shader),
    '',
    hostMarks[1],
    '',
    'Written by Thalweg from the equations above.',
  ]; // prettier-ignore
  return `/*\n${lines.map((line) => line.replaceAll('*/', '* /').replaceAll('/*', '/ *').trimEnd()).join('\n')}\n*/`;
}

/** Numbers of the uniforms before the fields. */
function counts({ sums }: Shader): number {
  return sums > 0 ? 3 : 1;
}

function bytesOf(shader: Shader): number {
  return 16 * Math.ceil((counts(shader) + shader.scalars.fields.length) / 4);
}

function host(shader: Shader): string[] {
  const { buffers, entries, evaluates, scalars, sums } = shader;
  const { fields, kept, given } = scalars;
  const types = buffers.map(({ access }) => ({ uniform: 'uniform', read: 'read-only-storage', read_write: 'storage' })[access]);
  const what = [
    't',
    'hyper',
    ...(['inputs', 'factors', 'kept', 'tensor'] as const).filter((one) => given.has(one) && (one !== 'kept' || kept.length > 0)),
  ];
  const about = {
    t: 'the step, from 1',
    hyper: 'numbers by the names of their options',
    inputs: 'numbers by name',
    factors: 'of each schedule its value over its peak, 1 for a number',
    kept: `what after() returned, { ${kept.map(({ id }) => `${id}: 0`).join(', ')} } at first`,
    tensor: '{ rank, rows, cols, size } of the tensor',
  };
  const place = sums > 0 ? 'count, first, total' : 'count';
  return [
    'function layout(device) {',
    `  const types = [${types.map((type) => `'${type}'`).join(', ')}];`,
    '  const entries = types.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } }));',
    '  return device.createBindGroupLayout({ entries });',
    '}',
    '',
    ...what.map((one) => `// ${one}: ${about[one as keyof typeof about]}`),
    `function uniforms({ ${[...what, place].join(', ')} }) {`,
    ...scalars.before(fields.map(({ value }) => value)).map((line) => `  ${line}`),
    `  const numbers = [`,
    ...fields.map(({ id, value, written }) => `    ${value}, // ${id}${written === value || written === id ? '' : `: ${written}`}`),
    '  ];',
    `  const bytes = new ArrayBuffer(${String(bytesOf(shader))});`,
    `  new Uint32Array(bytes).set([${place}]);`,
    `  new Float32Array(bytes).set(numbers, ${String(counts(shader))});`,
    '  return bytes;',
    '}',
    '',
    ...(kept.length === 0
      ? []
      : [
          `// What lasts from step to step, ${kept.map(({ written }) => written).join(', ')}; call it once after each step.`,
          `function after({ ${what.filter((one) => one !== 'tensor').join(', ')} }) {`,
          ...scalars.before(kept.map(({ value }) => value)).map((line) => `  ${line}`),
          `  return { ${kept.map(({ id, value }) => `${id}: ${value}`).join(', ')} };`,
          '}',
          '',
        ]),
    '// pipelines: by the names of entry points; tensors: [{ count, group }], each with its bind group.',
    'function encode(encoder, pipelines, tensors, entries = steps) {',
    '  const pass = encoder.beginComputePass();',
    '  for (const [name, elements] of entries) {',
    '    pass.setPipeline(pipelines[name]);',
    '    for (const { count, group } of tensors) {',
    '      const groups = elements === 0 ? 1 : Math.ceil(count / elements);',
    '      pass.setBindGroup(0, group);',
    '      pass.dispatchWorkgroups(Math.min(groups, 65535), Math.ceil(groups / 65535));',
    '    }',
    '  }',
    '  pass.end();',
    '}',
    `const steps = [${entries.map(entryText).join(', ')}];`,
    ...(evaluates ? [`const evaluation = [['evaluate', ${String(workgroup)}]];`] : []),
  ];
}

function entryText({ name, elements }: Entry): string {
  return `['${name}', ${String(elements ?? 0)}]`;
}

/** Rows with columns below each other. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`);
}
