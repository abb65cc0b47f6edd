/** Kernels as libraries, by their source: found in the cache, or compiled; once in a process. Knows compilers and caches by what they do. */
import { hash } from 'node:crypto';
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
  return (workshop ??= { compiler: findCompiler(owner), cache: new LibraryCache(nativeCacheFolder()) });
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

/** Source that is compiled when it is needed. */
export class Library {
  private readonly owner: string;
  private readonly source: string;
  private readonly key: string;
  private readonly workshop: Workshop;
  private path: string | undefined;
  private making: Promise<void> | undefined;

  constructor(owner: string, source: string, shop: Workshop) {
    [this.owner, this.source, this.workshop] = [owner, source, shop];
    this.key = hash('sha256', JSON.stringify([source, shop.compiler.identity])).slice(0, 40);
  }

  /** Sees to it that it can be loaded at once. */
  complete(): Promise<void> {
    if (this.find() !== undefined) return Promise.resolve();
    return (this.making ??= this.make());
  }

  /** Its function on a memory, and the path by which other threads load it. Throws a CompilerError, or an UnsupportedError where it does not load. */
  load(memory: ArrayBufferLike): { readonly run: Run; readonly path: string } {
    const path = this.find() ?? this.makeNow();
    try {
      return { run: loadNative(path, memory), path };
    } catch (cause) {
      throw this.refused(path, cause);
    }
  }

  private find(): string | undefined {
    return (this.path ??= this.workshop.cache.find(this.key));
  }

  private makeNow(): string {
    const work = this.workshop.cache.begin(this.source);
    try {
      compileNow(this.workshop.compiler, work.source, work.library);
      return this.keep(work);
    } catch (error) {
      this.workshop.cache.drop(work.folder);
      throw error;
    }
  }

  private async make(): Promise<void> {
    const work = this.workshop.cache.begin(this.source);
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
    return (this.path = this.workshop.cache.keep(this.key, work));
  }

  private refused(path: string, cause: unknown): UnsupportedError {
    const said = cause instanceof Error ? cause.message : String(cause);
    const remedy = 'where programs may not be loaded from that folder, XDG_CACHE_HOME names another';
    return new UnsupportedError(this.owner, `the compiled kernel ${path} does not load (${said}); ${remedy}`);
  }
}
