/* The shortest way from new numbers to a new picture: only the traces that changed, the layout left as it stands.
   plotly.js has no public call for it; the internal ones used here are those of its own `animate` without redraw, and
   the version is pinned. What does not fit is refused, and drawn by Plotly.react. */

const DATA = new Set(["x", "y", "z", "i", "j", "k", "intensity", "surfacecolor", "text", "customdata", "hovertext"]);
const STYLE = new Set(["line", "marker", "opacity", "name", "hovertemplate"]);
const KINDS = new Set(["scatter", "contour", "heatmap", "scatter3d", "surface", "mesh3d"]);
const AT_ONCE = { duration: 0, easing: "linear" };

const long = (values) => (values === undefined ? 1 : values.length);

function same(one, two) {
  if (one === two) return true;
  if (typeof one !== "object" || typeof two !== "object" || !one || !two) return false;
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

/* Whether an axis that finds its own range would have to find another one. `news`: other numbers than the cursor's. */
function outgrown(div, moved, news) {
  return moved.some((k) =>
    ["xaxis", "yaxis"].some((name) => {
      const trace = div._fullData[k];
      const axis = trace[name] && div._fullLayout[`${name[0]}axis${trace[name].slice(1)}`];
      if (!axis?.autorange) return false;
      if (news) return true;
      const { min = [], max = [] } = trace._extremes?.[axis._id] ?? {};
      const [low, high] = [...axis.range].sort((a, b) => a - b);
      return [...min, ...max].some(({ val }) => val < low || val > high);
    }),
  );
}

/* Draws `data` on a div that shows `div.data` in the very same layout. False: it must be drawn anew. */
export function swiftly(div, data, news) {
  const full = div._fullData;
  if (!full || full.length !== data.length || div.data.length !== data.length) return false;
  if (full.some((trace, k) => trace.index !== k || trace.visible !== true)) return false;
  const found = data.map((trace, k) => changes(div.data[k], trace));
  if (found.includes(null)) return false;
  const moved = found.flatMap((keys, k) => (keys.length ? [k] : []));
  for (const k of moved) {
    const given = Object.fromEntries(found[k].map((key) => [key, data[k][key]]));
    put(full[k], given);
    full[k]._input = div.data[k] = data[k];
    if (data[k].x && data[k].y && full[k].type.startsWith("scatter")) {
      full[k]._length = Math.min(...["x", "y", "z"].filter((a) => data[k][a]).map((a) => data[k][a].length));
    }
  }
  moved.forEach((k) => recalculate(div, k));
  if (outgrown(div, moved, news)) return false;
  drawPlane(div, moved, found);
  drawScene(div, moved);
  return true;
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
  const linesAlone = mine.every((k) => full[k].type === "scatter");
  const all = linesAlone ? mine : full.flatMap((trace, k) => (trace.scene ? [] : [k]));
  div._fullLayout._basePlotModules.find((module) => module.name === "cartesian").plot(div, all, AT_ONCE);
  const styled = (k) => full[k].type !== "scatter" || found[k].some((key) => STYLE.has(key));
  const restyled = new Set(mine.filter(styled).map((k) => full[k]._module));
  restyled.forEach((module) => module.style?.(div));
}

function drawScene(div, moved) {
  const full = div._fullData;
  for (const k of moved.filter((k) => full[k].scene)) {
    div._fullLayout[full[k].scene]._scene.traces[full[k].uid]?.update(full[k]);
  }
}
