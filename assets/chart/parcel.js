/* What comes with a whole page is compressed, its arrays byte by byte (pages/shared/parcel.py); what follows a moved control is
   plain text. */

const BRACE = 0x7b;
const BEGINS = 4;
const PART = 0x8000;

export const isPlain = (bytes) => bytes[0] === BRACE;

export async function opened(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const whole = new Uint8Array(await new Response(stream).arrayBuffer());
  const length = new DataView(whole.buffer).getUint32(0, true);
  const text = new TextDecoder().decode(whole.subarray(BEGINS, BEGINS + length));
  let at = BEGINS + length;
  return text.replace(/"dtype": "(\w)(\d)", "bdata": "@(\d+)(?:-(\d+))?"/g, (_, kind, size, count, stride) => {
    const bytes = inRows(whole.subarray(at, (at += +count)), +size);
    if (stride) summed(new Int16Array(bytes.buffer), +stride);
    return `"dtype": "${kind}${size}", "bdata": "${base64(bytes)}"`;
  });
}

/* All first bytes, then all second ones: back to number after number. */
function inRows(planes, size) {
  const count = planes.length / size;
  const rows = new Uint8Array(planes.length);
  for (let k = 0; k < size; k += 1) for (let n = 0; n < count; n += 1) rows[n * size + k] = planes[k * count + n];
  return rows;
}

/* Differences back to numbers, in place; they wrap. */
function summed(numbers, stride) {
  for (let n = stride; n < numbers.length; n += 1) numbers[n] += numbers[n - stride];
}

function base64(bytes) {
  let letters = "";
  for (let k = 0; k < bytes.length; k += PART) letters += String.fromCharCode(...bytes.subarray(k, k + PART));
  return btoa(letters);
}
