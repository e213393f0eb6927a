/* The shortest way from new numbers to a new picture: only the traces that changed, the layout left as it stands.
   plotly.js has no public call for it; the internal ones used here are those of its own `animate` without redraw, and
   the version is pinned. What does not fit is refused, and drawn by Plotly.react. */

import { drawQuietly } from "./scenes.js";

const DATA = new Set(["x", "y", "z", "i", "j", "k", "intensity", "surfacecolor", "text", "customdata", "hovertext"]);
const STYLE = new Set(["line", "marker", "opacity", "name", "hovertemplate"]);
const KINDS = new Set(["scatter", "contour", "heatmap", "scatter3d", "surface", "mesh3d"]);
const AT_ONCE = { duration: 0, easing: "linear" };

const long = (values) => (values === undefined ? 1 : values.length);

function same(one, two) {
  if (one === two) return true;
  if (typeof one !== "object" || typeof two !== "object" || !one || !two) return "";
  if (ArrayBuffer.isView(one) || Array.isArray(one)) {
    return one.length === two.length && one.every((value, k) => same(value, two[k]));
  }
  const keys = Object.keys(one);
  return keys.length === Object.keys(two).length && keys.every((key) => same(one[key], two[key]));
}

/* Which keys differ, or null where the trace must be drawn anew. */
function changes(before, after) {
  if (before === after) return [];
  if (before.type !== after.type || !KINDS.has(after.type) || after.fill) return null;
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const found = [...keys].filter((key) => !same(before[key], after[key]));
  const known = found.every((key) => DATA.has(key) || STYLE.has(key));
  const drawn = [before, after].every((trace) => long(trace.x) && long(trace.y) && long(trace.z));
  return known && drawn ? found : null;
}

function put(full, given) {
  for (const [key, value] of Object.entries(given)) {
    const inner = value && typeof value === "object" && !Array.isArray(value) && !ArrayBuffer.isView(value);
    if (inner && full[key]) put(full[key], value);
    else full[key] = value;
  }
}

const FILLED = 0.6;
const AHEAD = 0.3;

/* The least and the largest that traces reach along an axis. */
function reach(div, axis) {
  const reached = div._fullData.flatMap((trace) => {
    const { min = [], max = [] } = trace._extremes?.[axis._id] ?? {};
    return [...min, ...max].map(({ val }) => val);
  });
  return [Math.min(...reached), Math.max(...reached)];
}

const ofPlane = (div) => Object.entries(div._fullLayout).filter(([name]) => /^[xy]axis\d*$/.test(name));
const ownRanges = (div, { wide, open }) =>
  ofPlane(div).filter(([name, axis]) => axis.autorange || (wide && name in wide) || name in open);

/* How much of an axis its traces fill. Of two on one scale the fuller one counts: the other has to show more. */
function filled(div, axis) {
  const tied = ofPlane(div).filter(([, one]) => one.scaleanchor === axis._id || axis.scaleanchor === one._id);
  return Math.max(
    ...[axis, ...tied.map(([, one]) => one)].map((one) => {
      const [least, most] = reach(div, one);
      return (most - least) / Math.abs(one.range[1] - one.range[0]);
    }),
  );
}

/* How an axis that has no range of the layout's would take what its traces now reach: as it stands, soon anew, or at once. */
function fit(div, [name, axis], { wide, open }) {
  const [low, high] = [...axis.range].sort((a, b) => a - b);
  const [least, most] = reach(div, axis);
  if (least < low || most > high) return "at once";
  if (String(open[name]) === String(axis.range)) return "as it stands";
  return !wide && filled(div, axis) < FILLED ? "at once" : "soon";
}

/* Ranges with room ahead, for axes that find their own: what a hand pulls out of the frame would else move it each time. */
export function widened(div, ranges) {
  return Object.fromEntries(
    ownRanges(div, ranges).map(([name, axis]) => {
      const [low, high] = [...axis.range].sort((a, b) => a - b);
      const [least, most] = reach(div, axis);
      const room = AHEAD * (Math.max(high, most) - Math.min(low, least));
      return [name, [least < low ? least - room : low, most > high ? most + room : high]];
    }),
  );
}

/* Draws `data` on a div that shows `shown` in the very same layout. "": it must be drawn anew; "soon": when there is
   time, since an axis wants another range; "done". `news`: other numbers than the cursor's; `ranges`: of axes that the
   layout leaves open, what they show at whatever moment (`open`), and what a hand has widened until it lets go (`wide`). */
export function swiftly(div, shown, data, news, ranges) {
  const full = div._fullData;
  if (!full || full.length !== data.length || shown.length !== data.length) return "";
  if (full.some((trace, k) => trace.index !== k || trace.visible !== true)) return "";
  const found = data.map((trace, k) => changes(shown[k], trace));
  if (found.includes(null)) return "";
  const moved = found.flatMap((keys, k) => (keys.length ? [k] : []));
  for (const k of moved) {
    const given = Object.fromEntries(found[k].map((key) => [key, data[k][key]]));
    put(full[k], given);
    Object.assign(div.data[k], given);
    if (data[k].x && data[k].y && full[k].type.startsWith("scatter")) {
      full[k]._length = Math.min(...["x", "y", "z"].filter((a) => data[k][a]).map((a) => data[k][a].length));
    }
  }
  moved.forEach((k) => recalculate(div, k));
  const fits = moved.length ? ownRanges(div, ranges).map((one) => fit(div, one, ranges)) : [];
  if (fits.includes("at once")) return "";
  drawPlane(div, moved, found);
  drawScene(div, moved);
  return news && fits.includes("soon") ? "soon" : "done";
}

function recalculate(div, k) {
  const trace = div._fullData[k];
  const made = trace._module.calc(div, trace);
  const kept = Array.isArray(made) && made[0] ? made : [{ x: undefined, y: undefined }];
  kept[0].t ??= {};
  kept[0].trace = trace;
  div.calcdata[k] = kept;
}

function drawPlane(div, moved, found) {
  const full = div._fullData;
  const mine = moved.filter((k) => !full[k].scene);
  if (!mine.length) return;
  for (const place of new Set(mine.map((k) => `${full[k].xaxis}${full[k].yaxis}`))) {
    const plot = div._fullLayout._plots[place];
    const here = full.flatMap((trace, k) => (`${trace.xaxis}${trace.yaxis}` === place ? [k] : []));
    for (const type of new Set(mine.filter((k) => here.includes(k)).map((k) => full[k].type))) {
      /* Lines are drawn one by one; of other kinds those left out would be taken away. */
      const drawn = here.filter((k) => full[k].type === type && (type !== "scatter" || mine.includes(k)));
      const layer = plot.plot.select(`g.${type}layer`);
      full[drawn[0]]._module.plot(div, plot, drawn.map((k) => div.calcdata[k]), layer, AT_ONCE);
    }
  }
  const styled = (k) => full[k].type !== "scatter" || found[k].some((key) => STYLE.has(key));
  const restyled = new Set(mine.filter(styled).map((k) => full[k]._module));
  restyled.forEach((module) => module.style?.(div));
}

function drawScene(div, moved) {
  const full = div._fullData;
  const scenes = new Set();
  for (const k of moved.filter((k) => full[k].scene)) {
    const scene = div._fullLayout[full[k].scene]._scene;
    scene.traces[full[k].uid]?.update(full[k]);
    scenes.add(scene);
  }
  scenes.forEach(drawQuietly);
}
