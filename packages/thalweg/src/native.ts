/**
 * Steps in compiled C, for Node 26.1 and later: `thalweg/native`. `init(…, { backend: 'native' })` loads it by itself; only a program that was bundled has to
 * import it.
 *
 * @packageDocumentation
 */
import { provideNative } from './device/native.ts';
import { makeNativeDevice } from './device/native/native-device.ts';

provideNative(makeNativeDevice);

export { CompilerError } from './device/native/compiler-error.ts';
export { nativeCacheFolder } from './device/native/cache.ts';
