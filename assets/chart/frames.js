/* What travels: typed arrays as base64, and the frames by property (core.figures.packing.packed tells the format). */

const TYPES = {
  f8: Float64Array, f4: Float32Array, i4: Int32Array, u4: Uint32Array, i2: Int16Array, u2: Uint16Array, i1: Int8Array,
  u1: Uint8Array,
};

const MISSING = -32768;
const UNIT = 8;
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

/* The numbers of one array: out of the block that came beside the text, or out of its letters. */
function flatOf({ dtype, at, size, bdata }, { block, places }) {
  if (bdata === undefined) return new TYPES[dtype](block, places[at], size);
  return new TYPES[dtype](Uint8Array.from(atob(bdata), (letter) => letter.charCodeAt(0)).buffer);
}

function unstepped(whole, { zero, step }) {
  const out = new Float32Array(whole.length);
  for (let k = 0; k < whole.length; k++) out[k] = whole[k] === MISSING ? NaN : zero + step * whole[k];
  return out;
}

/* A number that stands before each `every` of the others. */
function hubbed(rest, { hub, every }) {
  const out = new rest.constructor((rest.length / every) * (every + 1)).fill(hub);
  for (let k = 0; k < rest.length; k++) out[k + Math.floor(k / every) + 1] = rest[k];
  return out;
}

function spread(kept, times) {
  const out = new kept.constructor(kept.length * times);
  for (let k = 0; k < kept.length; k++) out.fill(kept[k], k * times, (k + 1) * times);
  return out;
}

const PIECE = 0x8000;
function asUri(bytes, kind) {
  let letters = "";
  for (let k = 0; k < bytes.length; k += PIECE) letters += String.fromCharCode(...bytes.subarray(k, k + PIECE));
  return `data:${kind};base64,${btoa(letters)}`;
}

/* An array as it was before core.figures.coding shortened it. */
function whole(value, store) {
  let flat = flatOf(value, store);
  if ("step" in value) flat = unstepped(flat, value);
  if ("hub" in value) flat = hubbed(flat, value);
  return "spread" in value ? spread(flat, value.spread) : flat;
}

/* Every {dtype, …} inside becomes a typed array (rows of them), once: Plotly would do it at each frame. `store`: the block of
   arrays that came along (core.figures.parcel), and where in it those of this figure lie. */
export function decoded(value, store = {}) {
  if (Array.isArray(value)) return value.map((one) => decoded(one, store));
  if (!value || typeof value !== "object") return value;
  if (!("dtype" in value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, decoded(one, store)]));
  if ("uri" in value) return asUri(flatOf(value, store), value.uri);
  const flat = whole(value, store);
  return rowsOf(flat, value.shape ? value.shape.split(",").map(Number) : [flat.length]);
}

const bytesOf = (data) => (ArrayBuffer.isView(data) ? data : new Uint8Array(data));
const lengthOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
const blockAt = (bytes) => UNIT * Math.ceil((4 + lengthOf(bytes)) / UNIT);

/* A message of core.figures.parcel: its text, and the block of arrays after it. */
export function opened(data) {
  const bytes = bytesOf(data);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + lengthOf(bytes)));
  const block = bytes.buffer.slice(bytes.byteOffset + blockAt(bytes), bytes.byteOffset + bytes.byteLength);
  return { text, block };
}

export const isPacked = (data) => lengthOf(bytesOf(data)) === 0;

/* The message that was packed for a slow line. */
export async function lengthened(data) {
  const packed = bytesOf(data).subarray(4);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const whole = new Uint8Array(await new Response(stream).arrayBuffer());
  const at = blockAt(whole);
  const count = (whole.length - at) / 2;
  const block = new Int16Array(count);
  for (let k = 0, number = 0; k < count; k++) block[k] = number += whole[at + k] + 256 * whole[at + count + k];
  whole.set(new Uint8Array(block.buffer), at);
  return whole;
}

/* As zlib.crc32 has it. */
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});
export function checksum(data) {
  let rest = -1;
  for (const byte of bytesOf(data)) rest = CRC[(rest ^ byte) & 255] ^ (rest >>> 8);
  return ~rest >>> 0;
}

const begun = (first, rest) => {
  const out = new rest.constructor(rest.length + 1);
  out[0] = first;
  out.set(rest, 1);
  return out;
};

/* The k-th point of each piece of a line, which are `count` long and parted by NaN. */
function ofPieces(line, count, k) {
  const out = new line.constructor(line.length / (count + 1));
  for (let i = 0; i < out.length; i++) out[i] = line[i * (count + 1) + k];
  return out;
}

/* What frame k gives each moving trace; `still`: the figure's traces. */
export function frameAt(frames, k, still) {
  const of = (run) => ("like" in run ? frames.data[run.like[0]][run.like[1]] : run);
  const laid = (run) => {
    if ("parts" in run) return run.parts.subarray(k ? run.upto[k - 1] : 0, run.upto[k]);
    if ("trail" in run) return run.trail.subarray(0, run.upto[k]);
    return "rows" in run ? run.rows[k] : "each" in run ? run.each[k] : run.all;
  };
  const value = (run) => {
    if ("pieces" in run) return ofPieces(still[run.pieces[0]][run.pieces[1]], frames.count, k);
    if ("in" in run) return Object.fromEntries(Object.entries(run.in).map(([name, one]) => [name, value(one)]));
    return "first" in run ? begun(run.first, laid(run)) : laid(run);
  };
  return frames.data.map((runs) => Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, value(of(run))])));
}
