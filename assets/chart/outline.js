/* The picture as lines, before plotly.js has come: over a slow line that is most of a first visit. */

const NAMESPACE = "http://www.w3.org/2000/svg";
const EDGE = { l: 46, r: 12, t: 12, b: 40 };
const MOST_MARKERS = 80;
const RIBS = 12;
/* What plotly draws of the width of a line in space. */
const IN_SCENE = 0.6;
const NO_AXIS = [0, 1];

/* Draws traces into `area`, of the panel's size, and returns the drawing, to be removed once the picture stands. */
export function outlineOf(area, traces, layout) {
  const box = { width: area.clientWidth, height: area.clientHeight };
  const svg = svgElement("svg", { class: "lab-outline", viewBox: `0 0 ${box.width} ${box.height}`, "aria-hidden": "true" });
  const shown = traces.filter((trace) => trace.visible !== false && trace.visible !== "legendonly");
  const place = layout.scene ? toScene(shown, layout.scene, box) : toPlane(shown, layout, box);
  for (const trace of shown) for (const line of linesOf(trace)) svg.append(lineOf(line, trace, place));
  area.append(svg);
  return svg;
}

function svgElement(name, attributes) {
  const one = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  return one;
}

/* A trace's lines, each as a list of points in data units; a surface shows some of its ribs. */
function* linesOf({ type, x, y, z, mode = "lines" }) {
  if (type === "scatter" && x && y && !(mode === "markers" && x.length > MOST_MARKERS)) yield [x, y];
  if (type === "scatter3d" && x && y && z) yield [x, y, z];
  if (type !== "surface") return;
  const step = Math.max(1, Math.floor(z.length / RIBS));
  const across = (grid, k) => (grid[0]?.length ? grid[k] : grid);
  for (let k = 0; k < z.length; k += step) yield [across(x, k), column(y, k, z[k].length), z[k]];
}

function column(values, k, length) {
  return values[0]?.length ? values[k] : new Array(length).fill(values[k]);
}

function lineOf(points, { mode = "lines", line = {}, marker = {}, opacity = 1, type }, place) {
  const length = points[0].length;
  const dots = !mode.includes("lines") && type !== "surface";
  let way = "";
  let pen = "M";
  for (let k = 0; k < length; k += 1) {
    const [px, py] = place(points.map((values) => values?.[k]));
    if (!Number.isFinite(px + py)) {
      pen = "M";
      continue;
    }
    way += dots ? `M${px.toFixed(1)},${py.toFixed(1)}h0` : `${pen}${px.toFixed(1)},${py.toFixed(1)}`;
    pen = "L";
  }
  const colour = [dots ? marker.color : line.color, "currentColor"].find((one) => typeof one === "string");
  const width = type === "surface" ? 0.5 : dots ? 6 : (line.width ?? 2) * (type === "scatter3d" ? IN_SCENE : 1);
  const paint = { fill: "none", stroke: colour, "stroke-width": width, "stroke-linecap": dots ? "round" : "butt", opacity };
  return svgElement("path", { d: way, ...paint });
}

/* Data to pixels of the plane: the axes' own ranges, or what the data need; equal units where the axes are tied. */
function toPlane(traces, { xaxis = {}, yaxis = {} }, box) {
  const inner = [box.width - EDGE.l - EDGE.r, box.height - EDGE.t - EDGE.b];
  const ends = [endsOf(xaxis, traces, "x"), endsOf(yaxis, traces, "y")];
  let scales = ends.map(([low, high], k) => inner[k] / (high - low));
  if (yaxis.scaleanchor) {
    const least = Math.min(...scales.map(Math.abs));
    scales = scales.map((scale) => Math.sign(scale) * least);
  }
  const middle = ends.map(([low, high]) => (low + high) / 2);
  return ([x, y]) => [
    EDGE.l + inner[0] / 2 + scales[0] * (onAxis(xaxis, x) - middle[0]),
    EDGE.t + inner[1] / 2 - scales[1] * (onAxis(yaxis, y) - middle[1]),
  ];
}

function onAxis(axis, value) {
  return axis.type === "log" ? Math.log10(value) : value;
}

function endsOf(axis, traces, name) {
  if (axis.range) return axis.range;
  let [low, high] = [Infinity, -Infinity];
  for (const trace of traces) {
    for (const line of linesOf(trace)) {
      for (const value of line["xyz".indexOf(name)] ?? []) {
        const at = onAxis(axis, value);
        if (Number.isFinite(at)) [low, high] = [Math.min(low, at), Math.max(high, at)];
      }
    }
  }
  return high > low ? [low, high] : NO_AXIS;
}

/* Data to pixels of a scene: seen from its camera, without perspective. */
function toScene(traces, scene, box) {
  const ranges = ["x", "y", "z"].map((name) => endsOf(scene[`${name}axis`] ?? {}, traces, name));
  const { x = 1.25, y = 1.25, z = 1.25 } = scene.camera?.eye ?? {};
  const ratio = scene.aspectratio ?? { x: 1, y: 1, z: 1 };
  const stretch = [ratio.x, ratio.y, ratio.z];
  const flat = Math.hypot(x, y) || 1;
  const far = Math.hypot(flat, z);
  const scale = (1.7 * Math.min(box.width, box.height)) / far;
  return (point) => {
    const [a, b, c] = point.map((value, k) => ((value - ranges[k][0]) / (ranges[k][1] - ranges[k][0]) - 0.5) * stretch[k]);
    const right = (-y * a + x * b) / flat;
    const up = (flat * c - (z * (x * a + y * b)) / flat) / far;
    return [box.width / 2 + scale * right, box.height / 2 - scale * up];
  };
}
