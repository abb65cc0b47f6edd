/** Kernels as libraries, keyed by their source: found in the cache, or compiled, once per process. Uses compilers and caches by their interfaces. */
import { dirname } from 'node:path';
import { UnsupportedError } from '../../language/run-error.ts';
import type { Run } from '../control.ts';
import { loadNative } from './foreign.ts';
import { LibraryCache, nativeCacheFolder, type Work } from './cache.ts';
import { compileNow, compileSoon, findCompiler, type Compiler } from './compiler.ts';

/** Everything that makes libraries in this process. */
interface Workshop {
  readonly compiler: Compiler;
  readonly cache: LibraryCache;
}

let workshop: Workshop | undefined;

/** What is there to make libraries with. Throws an UnsupportedError where there is no compiler. */
export function openWorkshop(owner: string): Workshop {
  return (workshop ??= { compiler: findCompiler(owner), cache: new LibraryCache(nativeCacheFolder) });
}

const libraries = new Map<string, Library>();

/** The library of what `lower` writes, which `name` stands for. */
export function libraryOf(owner: string, name: string, lower: () => string): Library {
  const known = libraries.get(name);
  if (known !== undefined) return known;
  const made = new Library(owner, lower(), openWorkshop(owner));
  libraries.set(name, made);
  return made;
}

/** A function, and the path of the library that it is in. */
interface Loaded {
  readonly run: Run;
  readonly path: string;
}

/** Source that is compiled when it is needed. */
export class Library {
  private readonly owner: string;
  private readonly source: string;
  private readonly workshop: Workshop;
  private path: string | undefined;
  private making: Promise<void> | undefined;

  constructor(owner: string, source: string, shop: Workshop) {
    // What it depends on besides stands in its first line, so that libraries are told apart by their source alone.
    [this.owner, this.source, this.workshop] = [owner, `// ${shop.compiler.identity}\n${source}`, shop];
  }

  /** Sees to it that it can be loaded at once. */
  complete(): Promise<void> {
    if (this.find() !== undefined) return Promise.resolve();
    return (this.making ??= this.make());
  }

  /** The same, while everything waits. */
  completeNow(): void {
    if (this.find() === undefined) this.makeNow();
  }

  /** Its function on a memory, and the path by which other threads load it. Throws a CompilerError, or an UnsupportedError where it does not load. */
  load(memory: ArrayBufferLike): Loaded {
    const found = this.find();
    // One that was made on another system, or for another loader, is made anew.
    const kept = found === undefined ? undefined : this.tryToLoad(found, memory);
    if (kept !== undefined && 'run' in kept) return kept;
    const made = this.tryToLoad(this.makeNow(), memory);
    if ('run' in made) return made;
    const remedy = 'if code may not be loaded from that folder, set XDG_CACHE_HOME to another';
    throw new UnsupportedError(this.owner, `the compiled kernel ${made.path} cannot be loaded (${made.problem}); ${remedy}`);
  }

  /** Loads a library, or says why it cannot be, and forgets it. */
  private tryToLoad(path: string, memory: ArrayBufferLike): Loaded | { readonly path: string; readonly problem: string } {
    try {
      return { run: loadNative(path, memory), path };
    } catch (cause) {
      this.workshop.cache.drop(dirname(path));
      this.path = undefined;
      return { path, problem: cause instanceof Error ? cause.message : String(cause) };
    }
  }

  private find(): string | undefined {
    return (this.path ??= this.workshop.cache.find(this.source));
  }

  private makeNow(): string {
    const work = this.workshop.cache.begin(this.owner, this.source);
    try {
      compileNow(this.workshop.compiler, work.source, work.library);
      return this.keep(work);
    } catch (error) {
      this.workshop.cache.drop(work.folder);
      throw error;
    }
  }

  private async make(): Promise<void> {
    const work = this.workshop.cache.begin(this.owner, this.source);
    try {
      await compileSoon(this.workshop.compiler, work.source, work.library);
      this.keep(work);
    } catch (error) {
      this.workshop.cache.drop(work.folder);
      throw error;
    } finally {
      this.making = undefined;
    }
  }

  private keep(work: Work): string {
    return (this.path = this.workshop.cache.keep(this.source, work));
  }
}
