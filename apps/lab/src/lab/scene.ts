/** A surface and paths on it in three dimensions. Renders only when something has changed. Knows three.js; knows no page. */
import type { Surface, Trace } from '@thalweg/guide';
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DirectionalLight,
  DoubleSide,
  HemisphereLight,
  Line,
  LineBasicMaterial,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  PerspectiveCamera,
  Scene as ThreeScene,
  SphereGeometry,
  WebGLRenderer,
} from 'three';
import { survey, type Terrain } from '../draw/terrain.ts';

/** A view of a landscape. */
export interface Scene {
  readonly ground: (surface: Surface, colour: (name: string) => string) => void;
  readonly paths: (paths: readonly { readonly trace: Trace; readonly colour: string }[]) => void;
  readonly show: (row: number) => void;
  readonly turn: (around: number, up: number) => void;
  readonly dispose: () => void;
}

const size = 120;
const tall = 0.75;

/** Puts a view into `host`. Throws where there is no WebGL. */
export function createScene(host: HTMLElement): Scene {
  const renderer = new WebGLRenderer({ antialias: true, alpha: true, preserveDrawingBuffer: true });
  renderer.setPixelRatio(Math.min(2, devicePixelRatio));
  host.append(renderer.domElement);
  const scene = new ThreeScene();
  const camera = new PerspectiveCamera(38, 1, 0.01, 50);
  const sun = new DirectionalLight(0xffffff, 1.6);
  sun.position.set(-1.5, 3, 1);
  scene.add(sun, new HemisphereLight(0xffffff, 0x888877, 1.5));
  const material = new MeshLambertMaterial({ vertexColors: true, side: DoubleSide });
  let mesh: Mesh | undefined;
  let lines: {
    readonly line: Line<BufferGeometry, LineBasicMaterial>;
    readonly ball: Mesh<SphereGeometry, MeshBasicMaterial>;
    readonly rows: number;
    readonly at: Float32Array;
  }[] = [];
  let lift: (x: number, y: number) => [number, number, number] = () => [0, 0, 0];
  let [around, up] = [-0.6, 0.75];
  let asked = 0;
  let row = 0;

  function render(): void {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => {
      const { clientWidth: width, clientHeight: height } = host;
      renderer.setSize(width, height, false);
      renderer.domElement.style.width = '100%';
      renderer.domElement.style.height = '100%';
      camera.aspect = width / Math.max(1, height);
      camera.updateProjectionMatrix();
      camera.position.set(3.1 * Math.sin(around) * Math.cos(up), 3.1 * Math.sin(up), 3.1 * Math.cos(around) * Math.cos(up));
      camera.lookAt(0, 0.12, 0);
      renderer.render(scene, camera);
    });
  }
  function turn(by: number, rise: number): void {
    around += by;
    up = Math.min(1.5, Math.max(0.1, up + rise));
    render();
  }
  const drag = (event: PointerEvent): void => {
    if (event.buttons === 1) turn(-event.movementX / 150, event.movementY / 200);
  };
  host.addEventListener('pointermove', drag);
  const observer = new ResizeObserver(render);
  observer.observe(host);

  function clearPaths(): void {
    for (const { line, ball } of lines) {
      scene.remove(line, ball);
      line.geometry.dispose();
      line.material.dispose();
      ball.geometry.dispose();
      ball.material.dispose();
    }
    lines = [];
  }

  return {
    ground(surface, colour) {
      const terrain = survey(surface, surface, size, size);
      lift = liftOf(terrain, surface);
      mesh?.geometry.dispose();
      if (mesh !== undefined) scene.remove(mesh);
      mesh = new Mesh(geometryOf(terrain, colour), material);
      scene.add(mesh);
      render();
    },
    paths(given) {
      clearPaths();
      for (const { trace, colour } of given) {
        const at = new Float32Array(trace.rows * 3);
        for (let r = 0; r < trace.rows; r++) at.set(lift(trace.w[2 * r]!, trace.w[2 * r + 1]!), 3 * r);
        const line = new Line(
          new BufferGeometry().setAttribute('position', new BufferAttribute(at, 3)),
          new LineBasicMaterial({ color: colour }),
        );
        const ball = new Mesh(new SphereGeometry(0.022, 16, 12), new MeshBasicMaterial({ color: colour }));
        scene.add(line, ball);
        lines.push({ line, ball, rows: trace.rows, at });
      }
      this.show(row);
    },
    show(next) {
      row = next;
      for (const { line, ball, rows, at } of lines) {
        const last = Math.min(row, rows - 1);
        line.geometry.setDrawRange(0, last + 1);
        ball.position.set(at[3 * last]!, at[3 * last + 1]!, at[3 * last + 2]);
      }
      render();
    },
    turn,
    dispose() {
      cancelAnimationFrame(asked);
      observer.disconnect();
      host.removeEventListener('pointermove', drag);
      clearPaths();
      mesh?.geometry.dispose();
      material.dispose();
      renderer.dispose();
      renderer.domElement.remove();
    },
  };
}

/** From the plane to the scene: the square from −1 to 1, heights by their logarithm, a little above the ground. */
function liftOf({ form, heights }: Terrain, { x, y, objective }: Surface): (u: number, v: number) => [number, number, number] {
  const level = levelOf(form.logs);
  const lowest = heights.reduce((least, value) => (value < least ? value : least), Infinity);
  const scratch = new Float64Array(2);
  return (u, v) => {
    const [a, b] = [Math.min(x[1], Math.max(x[0], u)), Math.min(y[1], Math.max(y[0], v))];
    const height = objective(Float64Array.of(a, b), scratch) - lowest;
    return [(2 * (a - x[0])) / (x[1] - x[0]) - 1, level(Math.log10(Math.max(height, 1e-30))) + 0.015, 1 - (2 * (b - y[0])) / (y[1] - y[0])];
  };
}

function levelOf(logs: readonly number[]): (log: number) => number {
  let [low, high] = [Infinity, -Infinity];
  for (const log of logs) if (Number.isFinite(log)) [low, high] = [Math.min(low, log), Math.max(high, log)];
  return (log) => (Math.max(0, Math.min(1, (log - low) / (high - low || 1))) - 0.35) * tall;
}

function geometryOf({ form, columns, rows }: Terrain, colour: (name: string) => string): BufferGeometry {
  const level = levelOf(form.logs);
  const tints = Array.from({ length: 9 }, (_, i) => new Color(colour(`tint-${String(i)}`)));
  const [positions, colours] = [new Float32Array(columns * rows * 3), new Float32Array(columns * rows * 3)];
  form.logs.forEach((log, i) => {
    const height = level(Number.isFinite(log) ? log : 99);
    positions.set([(2 * (i % columns)) / (columns - 1) - 1, height, 1 - (2 * Math.floor(i / columns)) / (rows - 1)], 3 * i);
    const band = form.levels.filter((one) => one <= log).length / Math.max(1, form.levels.length);
    const tint = tints[Math.round(band * 8)]!;
    colours.set([tint.r, tint.g, tint.b], 3 * i);
  });
  const index = new Uint32Array((columns - 1) * (rows - 1) * 6);
  let at = 0;
  for (let row = 0; row < rows - 1; row++) {
    for (let column = 0; column < columns - 1; column++) {
      const a = row * columns + column;
      index.set([a, a + 1, a + columns, a + 1, a + columns + 1, a + columns], at);
      at += 6;
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(positions, 3));
  geometry.setAttribute('color', new BufferAttribute(colours, 3));
  geometry.setIndex(new BufferAttribute(index, 1));
  geometry.computeVertexNormals();
  return geometry;
}
