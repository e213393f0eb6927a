/* Names in a picture keep apart: of two that would lie on each other one makes room, however large their type is. */

const NAME_LINE = 1.25;
const TOUCHES = 2;
const MANY_NAMES = 24;
const MANY_WIDTHS = 2000;
const FACE = "Inter, sans-serif";
const widths = new Map();
let pen = null;

const plain = (text) => text.replace(/<[^>]*>/g, "");

/* How wide words are in this size. */
export function wide(text, size) {
  const key = `${size}|${text}`;
  if (!widths.has(key)) {
    if (widths.size > MANY_WIDTHS) widths.clear();
    pen ??= document.createElement("canvas").getContext("2d");
    pen.font = `${size}px ${FACE}`;
    widths.set(key, pen.measureText(plain(text)).width);
  }
  return widths.get(key);
}

const meet = (one, two) => one.left < two.right - TOUCHES && two.left < one.right - TOUCHES;
const lie = (one, two) => one.top < two.bottom - TOUCHES && two.top < one.bottom - TOUCHES;

/* Boxes {left, right, top, bottom} in their order from above: one that would lie on another goes under it; what would leave the
   picture at its floor goes up again, and those above it with it. */
export function below(boxes, floor) {
  if (boxes.length > MANY_NAMES) return boxes;
  const fromAbove = [...boxes].sort((one, two) => one.top - two.top);
  const drop = (box, by) => Object.assign(box, { top: box.top + by, bottom: box.bottom + by });
  const pushed = new Set();
  fromAbove.forEach((box, k) => {
    for (const other of fromAbove.slice(0, k)) {
      if (!meet(box, other) || !lie(box, other)) continue;
      drop(box, other.bottom - box.top);
      pushed.add(box);
    }
  });
  fromAbove.reverse().forEach((box, k) => {
    if (pushed.has(box) && box.bottom > floor) drop(box, floor - box.bottom);
    for (const other of fromAbove.slice(0, k)) if (meet(box, other) && lie(box, other)) drop(box, other.top - box.bottom);
  });
  return boxes;
}

/* Boxes of one row from the left on: one that would lie on another goes beside it, and the row stays inside of `room`. */
export function along(boxes, room, gap) {
  let end = -Infinity;
  const move = (box, by) => Object.assign(box, { left: box.left + by, right: box.right + by });
  for (const box of boxes.sort((one, two) => one.left - two.left)) {
    move(box, Math.max(0, end - box.left));
    end = box.right + gap;
  }
  const over = Math.min(Math.max(0, end - gap - room), boxes[0]?.left ?? 0);
  if (over > 0) boxes.forEach((box) => move(box, -over));
}

/* Names that move with the frames are traces of text: those to the right of their points are set apart on the axis. */
export function namesApart(data, { xaxis, yaxis }, { w, h }) {
  if (!xaxis?.range || !yaxis?.range) return data;
  const at = (axis, value) => ((axis.type === "log" ? Math.log10(value) : value) - axis.range[0]) / (axis.range[1] - axis.range[0]);
  const back = (axis, share) => {
    const value = axis.range[0] + share * (axis.range[1] - axis.range[0]);
    return axis.type === "log" ? 10 ** value : value;
  };
  const names = [];
  data.forEach((trace, place) => {
    const isName = trace.mode === "text" && trace.x?.length === 1 && / right$/.test(trace.textposition ?? "");
    const [left, middle] = isName ? [w * at(xaxis, trace.x[0]), h * (1 - at(yaxis, trace.y[0]))] : [];
    if (!Number.isFinite(left) || !Number.isFinite(middle)) return;
    const size = trace.textfont?.size ?? 13;
    const high = NAME_LINE * size;
    const top = middle - (trace.textposition.startsWith("middle") ? high / 2 : 0);
    names.push({ place, left, right: left + wide(trace.text[0], size), top, bottom: top + high, was: top });
  });
  const out = data.slice();
  for (const { place, top, was } of below(names, h)) {
    if (top === was) continue;
    out[place] = { ...data[place], y: [back(yaxis, at(yaxis, data[place].y[0]) - (top - was) / h)] };
  }
  return out;
}
