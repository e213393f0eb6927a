/* What a lesson asks of a picture: a curtain, a trace that matters now, larger type and lines for a projector. */

import { wide } from "./names.js";

export const AT_DESK = { curtain: false, veil: [], highlight: [], act: "", scale: 1 };

/* Whether a trace is one that is named so: β is the curve, β₀ and β* are given. */
const isNamed = ({ name = "" }, word) => name.startsWith(word) && !/^[*₀]/.test(name.slice(word.length));

/* Notes, but for those at the end of what the curtain hides: their place would tell. */
export function untold(notes, traces, { curtain, veil }) {
  if (!curtain) return notes;
  const hidden = traces.filter((trace) => veil.some((word) => word && isNamed(trace, word)));
  return notes.filter(({ text, yref }) => yref === "paper" || !hidden.some(({ name }) => name.startsWith(text)));
}

/* Unseen behind the curtain, pale beside the highlighted one, larger for a projector. */
export function directed(trace, { curtain, veil, highlight, scale }) {
  const bare = !trace.name && trace.type === "scatter";
  const named = (words) => words.some((word) => (word ? isNamed(trace, word) : bare));
  const out = { ...trace };
  if (curtain && named(veil)) Object.assign(out, { opacity: 0, hoverinfo: "skip", hovertemplate: undefined });
  const chosen = highlight.length > 0 && named(highlight);
  if (highlight.length && !chosen && trace.name && trace.name !== "now" && trace.type?.startsWith("scatter")) {
    out.opacity = 0.25;
  }
  const wider = scale * (chosen ? 1.4 : 1);
  if (wider !== 1 && typeof trace.line?.width === "number") out.line = { ...trace.line, width: trace.line.width * wider };
  if (scale !== 1 && typeof trace.marker?.size === "number") {
    out.marker = { ...trace.marker, size: trace.marker.size * scale };
  }
  const { title, ...bar } = trace.colorbar ?? {};
  if (scale !== 1 && title) {
    const tickfont = { ...bar.tickfont, size: (bar.tickfont?.size ?? 12) * scale };
    out.colorbar = { ...bar, tickfont, title: { ...briefly(title), font: { ...title.font, size: 18 } } };
  }
  if (scale !== 1 && trace.textfont?.size) out.textfont = { ...trace.textfont, size: trace.textfont.size * scale };
  return out;
}

/* width, height: of the picture, in px. */
export function enlarged(layout, scale, { width, height }) {
  const larger = (font, size) => ({ ...font, size: (font?.size ?? size) * scale });
  const out = { ...layout, font: larger(layout.font, 14) };
  for (const key of Object.keys(layout)) {
    const { tickfont } = layout[key] ?? {};
    const typed = tickfont && { tickfont: larger(tickfont, 14) };
    if (/^yaxis\d*$/.test(key)) {
      out[key] = { ...layout[key], ...typed, title: fitted(layout[key].title, height, scale), ...steep(layout[key]), ...fewer(layout[key]) };
    }
    if (/^xaxis\d*$/.test(key)) {
      out[key] = { ...layout[key], ...typed, title: fitted(layout[key].title, width, scale), ...(width < NARROW_PX && sparsely(layout[key])) };
    }
    if (/^scene\d*$/.test(key)) out[key] = readable(layout[key]);
  }
  const { l = 64, r = 24, t = 52 } = layout.margin ?? {};
  out.margin = { ...layout.margin, l: l * scale, r: r > NAMES_PX ? r * scale : r, t: t * 1.2 };
  return out;
}

/* The name of an axis in the largest type that its side of the picture has room for. */
const BESIDE_AXIS = 0.72;
function fitted(title, side, scale) {
  const brief = briefly(title);
  const size = 14 * scale;
  const by = Math.min(1, (BESIDE_AXIS * side) / Math.max(1, wide(brief.text, size)));
  return { ...brief, font: { ...brief.font, size: Math.max(12, size * by) } };
}

/* Large type under a narrow picture: few ticks, and level ones. */
const NARROW_PX = 420;
const NAMES_PX = 40;
function sparsely(axis) {
  const decades = axis.type === "log" && axis.range ? axis.range[1] - axis.range[0] : 0;
  return { tickangle: 0, ...fewer(axis), ...(decades > 3 ? { dtick: 2 } : axis.type === "log" ? {} : { nticks: 4 }) };
}

/* Of many ticks that a figure names every second in sight, so that larger ones do not meet. */
const MANY_TICKS = 4;
function fewer({ type, range, tickvals, ticktext }) {
  const [low, high] = range ?? [-Infinity, Infinity];
  const at = type === "log" ? Math.log10 : Number;
  const places = (tickvals ?? []).flatMap((value, k) => (at(value) >= low && at(value) <= high ? [k] : []));
  if (places.length <= MANY_TICKS) return {};
  const kept = places.filter((_, k) => k % 2 === 0);
  return { tickvals: kept.map((k) => tickvals[k]), ticktext: ticktext && kept.map((k) => ticktext[k]) };
}

/* Powers of ten in large type stand at every second one where there are many. */
const MANY_POWERS = 6;
const steep = ({ type, range, dtick }) => (type === "log" && dtick === 1 && range?.[1] - range?.[0] > MANY_POWERS ? { dtick: 2 } : {});

/* An axis' title cut to the quantity's name: what follows an equals sign, a comma or a bracket of its own falls away. */
const briefly = (title = {}) => ({ ...title, text: (title.text ?? "").split(/ = |, (?![^(]*\))| \(/)[0] });

/* What stands under a narrow picture at a desk: its axis' name no wider than the picture, level ticks. */
const OWN_TITLE = 17;
const SMALL_TITLE = 12;
export function fittedAcross(layout, width) {
  const { l = 64, r = 24 } = layout.margin ?? {};
  const room = width - l - r + 2 * Math.min(l, r);
  const out = { ...layout };
  for (const key of Object.keys(layout).filter((name) => /^xaxis\d*$/.test(name))) {
    const { title, ...axis } = layout[key];
    const size = title?.font?.size ?? OWN_TITLE;
    const by = room / Math.max(1, wide(title?.text ?? "", size));
    const font = { ...title?.font, size: Math.max(SMALL_TITLE, Math.floor(size * by)) };
    out[key] = { ...axis, title: by < 1 ? { ...title, font } : title, ...(width < SLENDER_PX && level(axis)) };
  }
  return out;
}

const SLENDER_PX = 260;
const level = ({ type, range, tickvals }) => (type === "log" && range && !tickvals ? { tickangle: 0, dtick: range[1] - range[0] > 3 ? 2 : 1 } : {});

/* A colour bar under a low map would take the map's own room: it stands at its side, its name whole, in short, or left out. */
const BESIDE_BAR_PX = 12;
const lies = ({ colorbar }) => colorbar?.orientation === "h";
export function upright(trace, height) {
  if (!lies(trace)) return trace;
  const { title, thickness, tickfont, tickvals, ticktext } = trace.colorbar;
  const named = [title, briefly(title)].find(({ text }) => wide(text, BESIDE_BAR_PX) <= height) ?? {};
  const side = { thickness, tickfont, tickvals, ticktext, title: { ...named, side: "right" } };
  return { ...trace, colorbar: side };
}
export const aboveNoBar = (layout, data) => (data.some(lies) ? { ...layout, margin: { ...layout.margin, b: 56 } } : layout);

/* A low picture has smaller type, and its axes are called by their names alone. */
export function compact(layout) {
  const out = { ...layout, font: { ...layout.font, size: 12 }, title: { ...layout.title, font: { ...layout.title?.font, size: 15 } } };
  for (const key of Object.keys(layout).filter((name) => /^[xy]axis\d*$/.test(name))) {
    out[key] = { ...layout[key], title: { ...briefly(layout[key].title), standoff: 4, font: { size: 13 } } };
  }
  const { b = 56 } = layout.margin ?? {};
  out.margin = { ...layout.margin, b: Math.min(42, b) };
  return out;
}

/* In a scene type grows with the picture itself: ticks keep their size, titles grow a little. */
function readable(scene) {
  const out = { ...scene };
  for (const name of ["xaxis", "yaxis", "zaxis"]) {
    const axis = scene[name] ?? {};
    out[name] = { ...axis, tickfont: { size: 13 }, title: { ...axis.title, font: { size: 20 } } };
  }
  return out;
}
