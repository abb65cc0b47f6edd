/**
 * `thalweg/native`: steps in compiled C, for Node 26.1 and later. `init(…, { backend: 'native' })` loads it automatically; only a bundled program has to
 * import it.
 *
 * @packageDocumentation
 */
import { provideNative } from './device/native.ts';
import { makeNativeDevice } from './device/native/native-device.ts';

provideNative(makeNativeDevice);

export { CompilerError } from './device/native/compiler-error.ts';
export { nativeCacheFolder } from './device/native/cache.ts';
