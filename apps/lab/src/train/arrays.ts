/** Parameters as networks and optimizers hand them on. */

/** Arrays by parameter name. */
export type Arrays = Readonly<Record<string, Float32Array | Float64Array>>;
