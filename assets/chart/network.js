/* The network itself, small: a line as wide as its weight is large, dashed and of another colour where it is negative; a
   beam tilts with δ between the layers; neurons light up where an activation flips; a network of several outputs is two
   heat maps (core.figures.network). */

import { runOf } from "./flow.js";
import { showHere } from "./here.js";
import { written } from "./markup.js";

const SVG = "http://www.w3.org/2000/svg";
const FINEST = 32767;
const COARSE = 127;
const [WIDE, HIGH, MIDDLE] = [128, 74, 37];
const [ABOVE, BETWEEN] = [14, 12];
const WIDEST = { one: 7, many: 3 };
const TILT = { by: 9, most: 24 };

function shape(name, given, into) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
  into.append(made);
  return made;
}

const places = (count) => Array.from({ length: count }, (_, k) => (count === 1 ? MIDDLE : 7 + ((HIGH - 14) * k) / (count - 1)));
const mark = (delta) => (delta > 0 ? "▲" : delta < 0 ? "▼" : "●");
const threeDigits = (value) => String(Number(value.toPrecision(3))).replace("-", "−");

/* A stack of columns of neurons, the lines between them, and the beam. */
class Copy {
  constructor(into, spec, colours) {
    this.colours = colours;
    this.figure = document.createElement("figure");
    this.svg = shape("svg", { viewBox: `0 0 ${WIDE} ${HIGH + 30}`, role: "img" }, this.figure);
    this.caption = document.createElement("figcaption");
    this.figure.append(this.caption);
    into.append(this.figure);
    this.sizes = sizesOf(spec);
    this.draw();
    if (spec.single) this.svg.querySelectorAll("g, path").forEach((part) => part.remove());
  }

  draw() {
    const columns = this.sizes.map(places);
    const across = columns.map((_, k) => 10 + ((WIDE - 20) * k) / (columns.length - 1));
    this.lines = columns.slice(1).map((to, k) =>
      to.map((y2) =>
        columns[k].map((y1) => shape("line", { x1: across[k], y1, x2: across[k + 1], y2, stroke: this.colours.ink }, this.svg)),
      ),
    );
    this.nodes = columns.map((column, k) =>
      column.map((cy) => shape("circle", { cx: across[k], cy, r: column.length > 8 ? 1.6 : 4.5, class: "lab-neuron" }, this.svg)),
    );
    this.weigh();
  }

  weigh() {
    this.beam = shape("g", {}, this.svg);
    shape("line", { x1: 16, x2: WIDE - 16, y1: HIGH + 10, y2: HIGH + 10, stroke: this.colours.ink, "stroke-width": 2.5 }, this.beam);
    this.pans = [16, WIDE - 16].map((cx) => shape("circle", { cx, cy: HIGH + 10, r: 4 }, this.beam));
    shape("path", { d: `M${WIDE / 2} ${HIGH + 11}l7 13h-14z`, fill: this.colours.ink }, this.svg);
  }

  /* weights: for each pair of columns rows of numbers in units of the widest line. */
  show(spec, weights, lit, index) {
    const widest = Math.max(...this.sizes) > 8 ? WIDEST.many : WIDEST.one;
    weights.forEach((rows, k) =>
      rows.forEach((row, i) =>
        row.forEach((value, j) => {
          const line = this.lines[k][i][j];
          line.setAttribute("stroke-width", Math.max(0.12, widest * Math.abs(value)).toFixed(2));
          const sign = value < 0 ? "negative" : "positive";
          if (line.dataset.sign === sign) return;
          line.dataset.sign = sign;
          line.setAttribute("stroke", this.colours[sign]);
          line.setAttribute("stroke-dasharray", value < 0 ? "3 2" : "none");
        }),
      ),
    );
    const hidden = this.nodes[1];
    hidden.forEach((node, i) => {
      node.setAttribute("fill", lit?.[i] ? this.colours.flip : "");
      node.classList.toggle("lab-lit", Boolean(lit?.[i]));
    });
    this.balance(spec, weights, index);
  }

  balance(spec, weights, index) {
    const delta = spec.delta[Math.min(index, spec.delta.length - 1)];
    const tilt = Math.max(-TILT.most, Math.min(TILT.most, TILT.by * Math.asinh(delta)));
    this.beam.setAttribute("transform", `rotate(${tilt.toFixed(2)} ${WIDE / 2} ${HIGH + 10})`);
    const ends = [weights[0], weights[weights.length - 1]].map((rows) => Math.sqrt(rows.flat().reduce((sum, v) => sum + v * v, 0)));
    const most = Math.sqrt(Math.max(...this.sizes));
    this.pans.forEach((pan, k) => {
      pan.setAttribute("r", (2 + 6 * Math.min(1, ends[k] / most)).toFixed(2));
      pan.setAttribute("fill", spec.colour);
    });
    const words = spec.says ?? `${mark(delta)} δ = ${threeDigits(delta)}`;
    if (this.words === words) return;
    this.words = words;
    this.caption.replaceChildren(written(words));
    const inside = this.sizes.slice(1, -1).join(", ");
    this.svg.setAttribute("aria-label", `Network ${spec.name}: ${this.sizes[0]} inputs, ${inside} hidden, δ = ${threeDigits(delta)}`);
  }
}

/* Two heat maps that share their rows, W to the left of A: row k is neuron k, a cell as strong as its weight is large,
   round where it is positive and square where it is negative. */
class Maps extends Copy {
  draw() {
    const [inputs, hidden, outputs] = this.sizes;
    const side = Math.min((WIDE - 20 - BETWEEN) / (inputs + outputs), (HIGH - ABOVE) / hidden);
    const left = (WIDE - BETWEEN - side * (inputs + outputs)) / 2;
    const top = ABOVE + (HIGH - ABOVE - side * hidden) / 2;
    const starts = [left, left + BETWEEN + side * inputs];
    this.cells = [inputs, outputs].map((columns, layer) => {
      const [x, name] = [starts[layer], "WA"[layer]];
      const frame = { x, y: top, width: side * columns, height: side * hidden };
      shape("text", { x: x + (side * columns) / 2, y: top - 4, class: "lab-layer" }, this.svg).textContent = name;
      const rows = Array.from({ length: hidden }, (_, i) =>
        Array.from({ length: columns }, (_, j) => shape("rect", { x: x + side * j, y: top + side * i, width: side, height: side }, this.svg)),
      );
      shape("rect", { ...frame, fill: "none", stroke: this.colours.ink, "stroke-width": 0.75 }, this.svg);
      return rows;
    });
    this.weigh();
  }

  show(spec, weights, _lit, index) {
    weights.forEach((rows, layer) =>
      rows.forEach((row, i) =>
        row.forEach((value, j) => {
          const cell = this.cells[layer][i][j];
          cell.setAttribute("fill-opacity", Math.abs(value).toFixed(3));
          const sign = value < 0 ? "negative" : "positive";
          if (cell.dataset.sign === sign) return;
          cell.dataset.sign = sign;
          cell.setAttribute("fill", this.colours[sign]);
          cell.setAttribute("rx", value < 0 ? 0 : cell.getAttribute("width") / 2);
        }),
      ),
    );
    this.balance(spec, weights, index);
  }
}

function sizesOf(spec) {
  if (spec.A) return [spec.W.values[0][0].length, spec.W.values[0].length, spec.A.values[0][0].length];
  if (spec.layers) return [1, ...Array.from(spec.layers.values[0], () => 1)];
  return [spec.W.values[0][0].length, spec.W.values[0].length, 1];
}

/* Where many lines are thin, an eighth part of a pixel is told apart: bytes were sent. */
const fine = (values) =>
  values instanceof Int8Array ? Int16Array.from(values, (one) => (one * FINEST) / COARSE) : Array.isArray(values) ? values.map(fine) : values;

function refined(copy) {
  const parts = Object.entries(copy).filter(([, part]) => part?.scale);
  return { ...copy, ...Object.fromEntries(parts.map(([key, part]) => [key, { ...part, values: fine(part.values) }])) };
}

export class Network {
  constructor(chart) {
    this.chart = chart;
    this.host = document.createElement("div");
    this.host.className = "lab-net";
    this.host.setAttribute("role", "group");
    this.host.setAttribute("aria-label", "The network");
    this.copies = [];
  }

  /* Those of a new figure; the drawings stay as long as the networks have the same shape. */
  set(spec) {
    this.spec = spec = spec && { ...spec, copies: spec.copies.map(refined) };
    const shapes = JSON.stringify([spec?.copies.map((copy) => [sizesOf(copy), copy.single]), spec?.colours]);
    if (shapes !== this.shapes) this.build(spec);
    this.shapes = shapes;
    showHere(this.host, spec?.here);
  }

  build(spec) {
    this.host.replaceChildren();
    this.host.classList.toggle("lab-many", spec?.copies.length > 3);
    this.host.classList.toggle("lab-front", Boolean(spec?.front));
    this.copies = (spec?.copies ?? []).map((copy) => new (copy.A ? Maps : Copy)(this.host, copy, spec.colours));
  }

  show(index) {
    if (!this.spec || this.host.hidden) return;
    const { copies } = this.spec;
    const { runs, flow } = this.chart;
    const scale = Math.max(...copies.flatMap((copy) => [copy.W, copy.a, copy.A, copy.layers].map((part) => part?.scale ?? 0)));
    copies.forEach((copy, k) => {
      const run = runs && "run" in copy && runOf(copy, runs, flow, index);
      const weights = run ? ofRun(run, copy.run === "cursor" ? Infinity : index, scale) : ofFrame(copy, index, scale);
      const spec = run ? { ...copy, delta: [flow.deltas[runs.indexOf(run)]] } : copy;
      this.copies[k].show(spec, weights, copy.flips?.[Math.min(index, copy.flips.length - 1)], index);
    });
  }
}

function ofRun(run, index, scale) {
  const at = Math.min(index, run.a.length - 1);
  return [[[run.w1[at] / scale, run.w2[at] / scale]], [[run.a[at] / scale]]];
}

function ofFrame({ W, A, a, layers }, index, scale) {
  const at = ({ values }) => values[Math.min(index, values.length - 1)];
  if (layers) return [...at(layers)].map((value) => [[(value * layers.scale) / scale / FINEST]]);
  const rowsOf = (matrix) => at(matrix).map((row) => [...row].map((value) => (value * matrix.scale) / scale / FINEST));
  if (A) return [rowsOf(W), rowsOf(A)];
  return [rowsOf(W), [[...at(a)].map((value) => (value * a.scale) / scale / FINEST)]];
}
