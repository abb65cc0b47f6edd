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
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  PCFShadowMap,
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

const size = 160;
const tall = 0.85;
/** How far away it is looked at from. */
const far = 3.5;

/** Puts a view into `host`. Throws where there is no WebGL. */
export function createScene(host: HTMLElement): Scene {
  const renderer = new WebGLRenderer({ antialias: true, alpha: true, preserveDrawingBuffer: true });
  renderer.setPixelRatio(Math.min(2, devicePixelRatio));
  host.append(renderer.domElement);
  const scene = new ThreeScene();
  const camera = new PerspectiveCamera(38, 1, 0.01, 50);
  renderer.shadowMap.enabled = true;
  renderer.shadowMap.type = PCFShadowMap;
  // A low sun, so that slopes throw shadows.
  const sun = new DirectionalLight(0xffffff, 2.1);
  sun.position.set(-2.2, 1.7, 1.2);
  sun.castShadow = true;
  sun.shadow.mapSize.set(1024, 1024);
  sun.shadow.bias = -0.0012;
  sun.shadow.normalBias = 0.02;
  Object.assign(sun.shadow.camera, { left: -1.7, right: 1.7, top: 1.7, bottom: -1.7, near: 0.5, far: 6 });
  scene.add(sun, new HemisphereLight(0xffffff, 0x8a8a80, 1.35));
  const ink = new LineBasicMaterial({ transparent: true, opacity: 0.55 });
  let contours: LineSegments | undefined;
  const material = new MeshLambertMaterial({ vertexColors: true, side: DoubleSide });
  let mesh: Mesh | undefined;
  let lines: {
    readonly line: Line<BufferGeometry, LineBasicMaterial>;
    readonly ball: Mesh<SphereGeometry, MeshBasicMaterial>;
    /** Where the path stands after each step, as the number of its points. */
    readonly ends: readonly number[];
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
      camera.position.set(far * Math.sin(around) * Math.cos(up), far * Math.sin(up), far * Math.cos(around) * Math.cos(up));
      camera.lookAt(0, 0, 0);
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
      mesh.castShadow = true;
      mesh.receiveShadow = true;
      contours?.geometry.dispose();
      if (contours !== undefined) scene.remove(contours);
      ink.color.set(colour('contour'));
      contours = new LineSegments(contoursOf(terrain), ink);
      scene.add(mesh, contours);
      render();
    },
    paths(given) {
      clearPaths();
      for (const { trace, colour } of given) {
        const { at, ends } = draped(trace, lift);
        const line = new Line(
          new BufferGeometry().setAttribute('position', new BufferAttribute(at, 3)),
          new LineBasicMaterial({ color: colour }),
        );
        const ball = new Mesh(new SphereGeometry(0.022, 16, 12), new MeshBasicMaterial({ color: colour }));
        ball.castShadow = true;
        scene.add(line, ball);
        lines.push({ line, ball, ends, at });
      }
      this.show(row);
    },
    show(next) {
      row = next;
      for (const { line, ball, ends, at } of lines) {
        const points = ends[Math.min(row, ends.length - 1)] ?? 1;
        const last = points - 1;
        line.geometry.setDrawRange(0, points);
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
      contours?.geometry.dispose();
      ink.dispose();
      material.dispose();
      renderer.dispose();
      renderer.domElement.remove();
    },
  };
}

/** From the plane to the scene: the square from −1 to 1, heights by their logarithm, a little above the ground. */
function liftOf({ form, heights }: Terrain, { x, y, objective }: Surface): (u: number, v: number) => [number, number, number] {
  const level = levelOf(form.logs);
  const lowest = form.base ?? heights.reduce((least, value) => (value < least ? value : least), Infinity);
  const scratch = new Float64Array(2);
  return (u, v) => {
    const [a, b] = [Math.min(x[1], Math.max(x[0], u)), Math.min(y[1], Math.max(y[0], v))];
    const height = objective(Float64Array.of(a, b), scratch) - lowest;
    return [
      (2 * (a - x[0])) / (x[1] - x[0]) - 1,
      level(Number.isFinite(height) ? Math.log10(Math.max(height, 1e-30)) : 99) + 0.015,
      1 - (2 * (b - y[0])) / (y[1] - y[0]),
    ];
  };
}

/** Pieces that a long step is drawn in, so that it lies on the ground instead of running through a hill. */
const pieces = 24;

/** A path on the ground: the points of its line, and how many there are after each step. */
function draped(
  { w, rows }: Trace,
  lift: (x: number, y: number) => [number, number, number],
): { readonly at: Float32Array; readonly ends: readonly number[] } {
  const all: number[] = [...lift(w[0]!, w[1]!)];
  const ends = [1];
  for (let row = 1; row < rows; row++) {
    const [u, v, x, y] = [w[2 * row - 2]!, w[2 * row - 1]!, w[2 * row]!, w[2 * row + 1]!];
    const [from, to] = [lift(u, v), lift(x, y)];
    const far = Math.hypot(to[0] - from[0], to[2] - from[2]);
    const count = Math.max(1, Math.min(pieces, Math.ceil(far / 0.03)));
    for (let i = 1; i <= count; i++) all.push(...lift(u + ((x - u) * i) / count, v + ((y - v) * i) / count));
    ends.push(all.length / 3);
  }
  return { at: Float32Array.from(all), ends };
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
      // Where the function has no value there is no surface.
      if ([a, a + 1, a + columns, a + columns + 1].some((corner) => Number.isNaN(form.logs[corner]))) continue;
      index.set([a, a + 1, a + columns, a + 1, a + columns + 1, a + columns], at);
      at += 6;
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(positions, 3));
  geometry.setAttribute('color', new BufferAttribute(colours, 3));
  geometry.setIndex(new BufferAttribute(index.subarray(0, at), 1));
  geometry.computeVertexNormals();
  return geometry;
}

/** The contours as segments, a hair above the surface. */
function contoursOf({ form, rings, columns, rows }: Terrain): BufferGeometry {
  const level = levelOf(form.logs);
  const points: number[] = [];
  for (const { level: log, rings: lines } of rings) {
    const height = level(log) + 0.004;
    for (const ring of lines) {
      for (let i = 1; i < ring.length; i++) {
        const [[u, v], [p, q]] = [ring[i - 1]!, ring[i]!];
        // Rings run along the frame where they leave the map.
        const edge = (a: number, b: number, most: number): boolean => (a <= 0 && b <= 0) || (a >= most - 1 && b >= most - 1);
        if (edge(u, p, columns) || edge(v, q, rows)) continue;
        points.push(
          (2 * u) / (columns - 1) - 1,
          height,
          1 - (2 * v) / (rows - 1),
          (2 * p) / (columns - 1) - 1,
          height,
          1 - (2 * q) / (rows - 1),
        );
      }
    }
  }
  return new BufferGeometry().setAttribute('position', new BufferAttribute(Float32Array.from(points), 3));
}
