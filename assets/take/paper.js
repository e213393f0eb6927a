/* A figure for a paper: the moment that is seen, at a column's width, in black on white with a paper's type. */

import { decoded } from "../chart/frames.js";

export const WIDTHS = {
  single: { name: "one column, 3.25 in", inches: 3.25, rows: "under" },
  double: { name: "two columns, 6.75 in", inches: 6.75, rows: "beside" },
};
const PER_INCH = 96;
const POINT = PER_INCH / 72;
const TYPE = { family: "Helvetica, Arial, sans-serif", body: 8 * POINT, small: 7 * POINT };
const RATIO = 0.78;
const HIGHEST = 3 * PER_INCH;
const LOWEST_FIGURE = 1.9 * PER_INCH;
const CUBE_SIDE = 0.8;
const GUTTER = 8;
const LINES = 0.45;
const MARKS = 0.55;
const SCENE_DOTS = 6;

const black = { text: "#000000", paper: "#ffffff", line: "#dddddd", zero: "#888888" };

/* Lines and marks were made for a screen three times as wide. */
function finer(trace) {
  const out = { ...trace };
  for (const [key, factor] of [["line", LINES], ["marker", MARKS]]) {
    const part = trace[key];
    if (!part) continue;
    out[key] = { ...part };
    if (typeof part.width === "number") out[key].width = Math.max(0.5, part.width * factor);
    if (typeof part.size === "number") out[key].size = part.size * factor;
    else if (part.size?.length) out[key].size = Array.from(part.size, (one) => one * factor);
    if (part.line) out[key].line = { ...part.line, width: (part.line.width ?? 1) * LINES };
    if (part.colorbar) out[key].colorbar = bar(part.colorbar);
  }
  if (trace.colorbar) out.colorbar = bar(trace.colorbar);
  return out;
}

const bar = (given) => ({ ...given, thickness: 6, tickfont: { size: TYPE.small }, title: { ...given.title, font: { size: TYPE.small } } });

function axis(given) {
  return {
    ...given, gridcolor: black.line, zerolinecolor: black.zero, linecolor: black.text, tickcolor: black.text, ticklen: 3, gridwidth: 0.5,
    tickfont: { size: TYPE.small, color: black.text }, title: { ...given.title, text: (given.title?.text ?? "").replace(/ \(log\)$/, ""), standoff: 3, font: { size: TYPE.body, color: black.text } },
  };
}

/* The caption says what a title says: a paper's figure has none. */
function forPaper(figure, camera, width, height) {
  const { layout } = figure;
  const out = { ...layout, title: undefined, width, height, autosize: false, paper_bgcolor: black.paper, plot_bgcolor: black.paper, uirevision: undefined };
  out.font = { family: TYPE.family, size: TYPE.small, color: black.text };
  const above = (layout.annotations ?? []).some((note) => note.yref === "paper" && note.y >= 1);
  const scene = Object.keys(layout).some((key) => /^scene/.test(key));
  out.margin = scene ? { l: 0, r: 0, t: above ? 20 : 0, b: 0 } : { l: 36, r: 8, t: above ? 22 : 12, b: 32 };
  out.annotations = (layout.annotations ?? []).map((note) => ({ ...note, font: { ...note.font, size: TYPE.small, shadow: undefined }, text: note.text.replaceAll(/<\/?a[^>]*>/g, "") }));
  for (const key of Object.keys(layout)) {
    if (/^[xy]axis\d*$/.test(key)) out[key] = axis(layout[key]);
    if (/^scene\d*$/.test(key)) {
      const sides = layout[key].aspectmode === "cube" ? { x: 1, y: 1, z: 1 } : layout[key].aspectratio;
      const fit = sides && { aspectmode: "manual", aspectratio: Object.fromEntries(Object.entries(sides).map(([k, side]) => [k, CUBE_SIDE * side])) };
      out[key] = { ...layout[key], ...fit, ...(camera && { camera }) };
      for (const name of ["xaxis", "yaxis", "zaxis"]) {
        out[key][name] = { ...layout[key][name], showbackground: false, gridcolor: black.line, tickfont: { size: TYPE.body }, title: { ...layout[key][name]?.title, font: { size: TYPE.body * 1.2 } } };
      }
    }
  }
  return out;
}

async function figureOf(chart, panel, light, width) {
  const height = Math.round(Math.min(HIGHEST, Math.max(LOWEST_FIGURE, width * RATIO)));
  const camera = panel.scenes.length ? panel.camera(panel.scenes[0]) : null;
  const dark = panel.figure;
  panel.figure = light;
  const data = panel.traces(chart.index).map(finer);
  panel.figure = dark;
  const layout = forPaper(light, camera, width, height);
  const config = { plotGlPixelRatio: SCENE_DOTS };
  const address = await chart.Plotly.toImage({ data, layout, config }, { format: "svg", width, height });
  const text = decodeURIComponent(address.slice(address.indexOf(",") + 1));
  return { text: new DOMParser().parseFromString(text, "image/svg+xml").documentElement, width, height, title: panel.words.said };
}

/* Pictures beside each other on two columns' width, under each other on one. */
function composed(drawings, width, { inches, rows }, description) {
  const beside = rows === "beside";
  const height = beside ? Math.max(...drawings.map((one) => one.height)) : drawings.reduce((sum, one) => sum + one.height + GUTTER, -GUTTER);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const given = { width: `${inches}in`, height: `${(height / PER_INCH).toFixed(4)}in`, viewBox: `0 0 ${width} ${height}` };
  for (const [key, value] of Object.entries(given)) svg.setAttribute(key, value);
  const desc = document.createElementNS(svg.namespaceURI, "desc");
  desc.textContent = description;
  svg.append(desc);
  let at = 0;
  drawings.forEach((one, k) => {
    one.text.setAttribute("overflow", "visible");
    one.text.setAttribute("x", beside ? at : 0);
    one.text.setAttribute("y", beside ? 0 : at);
    svg.append(svg.ownerDocument.importNode(one.text, true));
    if (drawings.length > 1) svg.append(letter(svg, "abcdefgh"[k], beside ? at : 0, beside ? 0 : at));
    at += (beside ? one.width : one.height) + GUTTER;
  });
  return new XMLSerializer().serializeToString(svg);
}

function letter(svg, name, x, y) {
  const text = document.createElementNS(svg.namespaceURI, "text");
  const given = { x: x + 2, y: y + TYPE.body, "font-family": TYPE.family, "font-size": TYPE.body, "font-weight": "bold", fill: black.text };
  for (const [key, value] of Object.entries(given)) text.setAttribute(key, value);
  text.textContent = name;
  return text;
}

export async function paper(chart, { width, which, data }) {
  const form = WIDTHS[width];
  const whole = form.inches * PER_INCH;
  const places = chart.panels.map((_, k) => k).filter((k) => which === null || k === which);
  const lights = JSON.parse(chart.text).panels;
  const each = form.rows === "beside" ? (whole - GUTTER * (places.length - 1)) / places.length : whole;
  const drawings = [];
  for (const k of places) drawings.push(await figureOf(chart, chart.panels[k], decoded(lights[k].figure, { block: chart.block, places: lights[k].places }), each));
  const caption = drawings.map((one, k) => (drawings.length > 1 ? `(${"abcdefgh"[k]}) ${one.title}.` : `${one.title}.`)).join(" ");
  const moment = chart.source.cursor ? ` ${chart.readout.textContent}.` : "";
  return new Blob([composed(drawings, whole, form, `${caption}${moment} ${data.credit}, ${data.link}`)], { type: "image/svg+xml" });
}
