/**
 * Emitted shaders in Chromium's WebGPU, which SwiftShader computes on the processor. Everything that the host does is taken from the head of the file, as
 * whoever takes such a file would do.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';

/** Where Debian has it. */
export const browser = '/usr/bin/chromium';

/** What to run: a file, and what its functions are given. */
export interface Task {
  readonly code: string;
  /** What stands in the head for the host. */
  readonly host: string;
  readonly steps: number;
  readonly hyper: Readonly<Record<string, number>>;
  readonly shapes: readonly (readonly number[])[];
  /** The arrays that are given: w before the first step, the others anew in each. */
  readonly arrays: Readonly<Record<string, Wave>>;
  /** Inputs that are numbers, for each step. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
}

/** Numbers that both sides make for themselves. */
export interface Wave {
  readonly scale: number;
  /** Whether they are all positive. */
  readonly positive: boolean;
}

/** Numbers of either sign and of several sizes, none near zero, so that no sign hangs on rounding. All are exact, whoever computes them. */
export function wave(n: number, t: number, { scale, positive }: Wave): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: n }, (_, i) => {
    const x = (((i * 13 + t * 7) % 17) - 8.375) * 2 ** ((i % 5) - 4) * scale;
    return positive ? Math.abs(x) + 0.25 : x;
  });
}

/** What came out: the numbers of each tensor, where to evaluate if that is elsewhere, and what the shader's compiler said. */
export interface Outcome {
  readonly w: readonly (readonly number[])[];
  readonly evaluation: readonly (readonly number[])[];
  readonly messages: readonly string[];
}

/** Runs tasks in one page, one after the other. */
export async function onWebGpu(tasks: readonly Task[]): Promise<Outcome[]> {
  // WebGPU is for secure contexts, of which this host is one.
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)); // prettier-ignore
  const profile = mkdtempSync(join(tmpdir(), 'thalweg-webgpu-'));
  const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const gpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browser,
    headless: true,
    args: ['--no-sandbox', ...quiet, ...gpu],
  });
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
    const out: Outcome[] = [];
    for (const task of tasks) out.push(await runIn(page, task));
    return out;
  } finally {
    await context.close();
    server.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

function runIn(page: Page, { host, ...task }: Task): Promise<Outcome> {
  // The functions of the head, as a text that the page runs.
  const functions = `() => { ${host}
    return { layout, uniforms, encode, steps, after: typeof after === 'undefined' ? undefined : after, evaluation: typeof evaluation === 'undefined' ? [] : evaluation }; }`;
  return page.evaluate(`(${inPage.toString()})(${functions}, ${wave.toString()}, ${JSON.stringify(task)})`);
}

type Dispatch = readonly (readonly [string, number])[];
interface Binding { readonly id: string; readonly type: string } // prettier-ignore
interface Host {
  layout(device: unknown): object;
  uniforms(given: object): ArrayBuffer;
  after?: (given: object) => object;
  encode(encoder: unknown, pipelines: object, tensors: readonly object[], entries?: Dispatch): void;
  readonly steps: Dispatch;
  readonly evaluation: Dispatch;
}
interface GpuBuffer {
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
}
interface Device {
  readonly queue: {
    writeBuffer(buffer: GpuBuffer, at: number, data: ArrayBuffer | Float32Array): void;
    submit(all: readonly object[]): void;
  };
  createShaderModule(from: { code: string }): {
    getCompilationInfo(): Promise<{ messages: readonly { type: string; message: string; lineNum: number }[] }>;
  };
  createBuffer(how: { size: number; usage: number }): GpuBuffer;
  createPipelineLayout(how: object): object;
  createComputePipelineAsync(how: object): Promise<object>;
  createBindGroup(how: object): object;
  createCommandEncoder(): { copyBufferToBuffer(a: GpuBuffer, i: number, b: GpuBuffer, j: number, size: number): void; finish(): object };
}
interface Adapter {
  readonly limits: { readonly maxStorageBuffersPerShaderStage: number };
  requestDevice(how: object): Promise<Device>;
}

/** In the page: everything it needs is in it. */
async function inPage(functions: () => Host, made: typeof wave, task: Omit<Task, 'host'>): Promise<Outcome> {
  const gpu = Reflect.get(navigator, 'gpu') as { requestAdapter(): Promise<Adapter | null> } | undefined;
  const adapter = await gpu?.requestAdapter();
  if (adapter === null || adapter === undefined) throw new Error('this page has no WebGPU');
  const { maxStorageBuffersPerShaderStage } = adapter.limits;
  const device = await adapter.requestDevice({ requiredLimits: { maxStorageBuffersPerShaderStage } });
  const host = functions();
  const shader = device.createShaderModule({ code: task.code });
  const { messages } = await shader.getCompilationInfo();
  const said = messages.map(({ type, message, lineNum }) => `${type} in line ${String(lineNum)}: ${message}`);
  if (said.length > 0) return { w: [], evaluation: [], messages: said };
  const group = host.layout(device);
  const layout = device.createPipelineLayout({ bindGroupLayouts: [group] });
  const pipelines: Record<string, object> = {};
  for (const [name] of [...host.steps, ...host.evaluation])
    pipelines[name] = await device.createComputePipelineAsync({ layout, compute: { module: shader, entryPoint: name } });
  const bindings = [...task.code.matchAll(/@binding\(\d+\) var<(.*?)> (\w+):/g)].map(([, type = '', id = '']): Binding => ({ id, type }));
  const counts = task.shapes.map((shape) => shape.reduce((a, b) => a * b, 1));
  const parts = counts.map((count) => Math.ceil(count / 4096));
  const total = parts.reduce((a, b) => a + b, 0);
  // Uniform, storage, and copies in both directions.
  const make = (bytes: number): GpuBuffer =>
    device.createBuffer({ size: Math.max(16, 4 * Math.ceil(bytes / 4)), usage: 0x40 | 0x80 | 0x8 | 0x4 });
  const partials = make(64 * total);
  const tensors = task.shapes.map((shape, j) => {
    const count = counts[j]!;
    const first = parts.slice(0, j).reduce((a, b) => a + b, 0);
    const buffers = new Map(
      bindings.map(({ id, type }) => [id, id === 'partials' ? partials : make(type === 'uniform' || id === 'sums' ? 512 : 4 * count)]),
    );
    device.queue.writeBuffer(buffers.get('w')!, 0, made(count, 0, task.arrays['w']!));
    const entries = bindings.map(({ id }, binding) => ({ binding, resource: { buffer: buffers.get(id)! } }));
    const [rows = 1, ...rest] = shape;
    const tensor = {
      rank: shape.length,
      size: count,
      rows: shape.length < 2 ? count : rows,
      cols: shape.length < 2 ? 1 : rest.reduce((a, b) => a * b, 1),
    };
    return { count, first, total, tensor, buffers, group: device.createBindGroup({ layout: group, entries }) };
  });
  let kept = new Proxy<Record<string, number>>({}, { get: () => 0 }) as object;
  const factors = new Proxy({}, { get: () => 1 });
  const given = (t: number): object => {
    const inputs = Object.fromEntries(Object.entries(task.inputs).map(([name, values]) => [name, values[t - 1]]));
    return { t, hyper: task.hyper, inputs, factors, kept };
  };
  const dispatch = (t: number, entries: Dispatch): void => {
    for (const { buffers, count, first, tensor } of tensors)
      device.queue.writeBuffer(buffers.get('host')!, 0, host.uniforms({ ...given(t), count, first, total, tensor }));
    const encoder = device.createCommandEncoder();
    host.encode(encoder, pipelines, tensors, entries);
    device.queue.submit([encoder.finish()]);
  };
  for (let t = 1; t <= task.steps; t++) {
    for (const { count, buffers } of tensors)
      for (const [name, how] of Object.entries(task.arrays)) {
        const buffer = buffers.get(name);
        if (buffer !== undefined && name !== 'w') device.queue.writeBuffer(buffer, 0, made(count, t, how));
      }
    dispatch(t, host.steps);
    kept = host.after?.(given(t)) ?? kept;
  }
  if (host.evaluation.length > 0) dispatch(task.steps, host.evaluation);
  const read = async (name: string): Promise<number[][]> => {
    const out: number[][] = [];
    for (const { buffers, count } of tensors) {
      const from = buffers.get(name);
      if (from === undefined) continue;
      const into = device.createBuffer({ size: 4 * count, usage: 0x1 | 0x8 });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(from, 0, into, 0, 4 * count);
      device.queue.submit([encoder.finish()]);
      await into.mapAsync(1);
      out.push([...new Float32Array(into.getMappedRange())]);
    }
    return out;
  };
  return { w: await read('w'), evaluation: await read('evaluation'), messages: [] };
}
