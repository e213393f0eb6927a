/* What travels: typed arrays as base64, and the frames by property (core.figures.packing.packed tells the format). */

const TYPES = {
  f8: Float64Array, f4: Float32Array, i4: Int32Array, u4: Uint32Array, i2: Int16Array, u2: Uint16Array, i1: Int8Array,
  u1: Uint8Array,
};

const MISSING = -32768;
const isObject = (v) => v && typeof v === "object" && !Array.isArray(v) && !ArrayBuffer.isView(v);

/* A copy of `base` with `patch` laid over it; arrays are shared, so Plotly sees which ones changed. */
export function laidOver(base, patch) {
  const out = { ...base };
  for (const [key, value] of Object.entries(patch ?? {})) {
    out[key] = isObject(value) && isObject(out[key]) ? laidOver(out[key], value) : value;
  }
  return out;
}

/* Rows of a flat array: of shape [3, 4, 5] three of [4, 5], each four of 5. They share its memory. */
function rowsOf(flat, shape) {
  if (shape.length < 2) return flat;
  const size = flat.length / shape[0];
  return Array.from({ length: shape[0] }, (_, k) => rowsOf(flat.subarray(k * size, (k + 1) * size), shape.slice(1)));
}

/* Every {dtype, bdata, shape} inside becomes a typed array (rows of them), once: Plotly would do it at each frame. */
export function decoded(value) {
  if (Array.isArray(value)) return value.map(decoded);
  if (!value || typeof value !== "object") return value;
  if (!("bdata" in value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, decoded(one)]));
  const bytes = Uint8Array.from(atob(value.bdata), (letter) => letter.charCodeAt(0));
  let flat = new TYPES[value.dtype](bytes.buffer);
  if ("step" in value) flat = Float32Array.from(flat, (n) => (n === MISSING ? NaN : value.zero + value.step * n));
  return rowsOf(flat, value.shape ? value.shape.split(",").map(Number) : [flat.length]);
}

/* What frame k gives each moving trace. */
export function frameAt(frames, k) {
  const of = (run) => ("like" in run ? frames.data[run.like[0]][run.like[1]] : run);
  const value = (run) => {
    if ("parts" in run) return run.parts.subarray(k ? run.upto[k - 1] : 0, run.upto[k]);
    if ("trail" in run) return run.trail.subarray(0, run.upto[k]);
    return "rows" in run ? run.rows[k] : "each" in run ? run.each[k] : run.all;
  };
  const now = (run) => value(of(run));
  return frames.data.map((runs) => Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, now(run)])));
}
