/* Words in and above a picture. Plotly lays out the whole figure for a changed word; the browser need not. */

import { startOf } from "./flow.js";
import { written } from "./markup.js";
import { along, below, wide } from "./names.js";
import { onScreen, sceneNames } from "./view.js";

const TITLE_ROOM = 44;
const NOTE_ROOM = 26;
const GAP_IN_ROW = 9;
const LEAST_OF_ROW = 0.55;

const LINE_HEIGHT = 1.3;
const LEAST_NAME = 9;

/* Whether a trace colours the ground on which words stand. */
export const coloursGround = ({ type, contours }) => type === "heatmap" || (type === "contour" && !/none|lines/.test(contours?.coloring));
const isAbove = (note) => note.yref === "paper" && note.y >= 1 && note.yanchor === "bottom";
const lineOfNote = (note, scale) => LINE_HEIGHT * (note.font?.size ?? 14) * scale;

/* The rows of notes above a picture, from the lowest on, by their y. */
function rowsAbove(annotations) {
  return [...new Set(annotations.filter(isAbove).map((note) => note.y))].sort((one, two) => one - two);
}

/* In a low picture names are as small as all its other words. */
const smaller = (font, layout) => ({ ...font, size: Math.min(font?.size ?? 14, layout.font?.size ?? 14) });

/* All that is written in a picture, in the plane and in space. */
export function notesOf(layout) {
  const inSpace = sceneNames(layout).flatMap((scene) => (layout[scene].annotations ?? []).map((note) => ({ ...note, scene, font: smaller(note.font, layout) })));
  return [...(layout.annotations ?? []), ...inSpace];
}

/* The layout without its words, which are written beside it; what is said above the picture keeps its lines. */
export function withoutWords(layout, scale = 1) {
  const annotations = layout.annotations ?? [];
  const above = annotations.filter(isAbove);
  const lift = Math.max(0, ...above.map((note) => note.yshift ?? 0));
  const lines = lift + rowsAbove(annotations).length * Math.max(0, ...above.map((note) => lineOfNote(note, scale)));
  const least = above.length ? Math.max(NOTE_ROOM, lines + 4) : 8;
  const margin = { ...layout.margin, t: Math.max(least, (layout.margin?.t ?? 52) - TITLE_ROOM) };
  const bare = Object.fromEntries(sceneNames(layout).map((key) => [key, { ...layout[key], annotations: [] }]));
  return { ...layout, ...bare, title: undefined, annotations: [], margin };
}

/* The name of an axis that is lower than it is as small as lets it be read whole. */
export function namedWhole(layout) {
  const { t = 0, b = 56 } = layout.margin;
  const room = layout.height - t - b;
  const fitted = ([key, axis]) => {
    const words = axis.title?.text?.replace(/<[^>]*>/g, "");
    if (!words || !(room > 0)) return [];
    const [low, high] = axis.domain ?? [0, 1];
    const middle = b + (room * (low + high)) / 2;
    const size = axis.title.font?.size ?? layout.font?.size ?? 14;
    const fits = (2 * Math.min(middle, layout.height - middle)) / (wide(words, 1) || 1);
    return fits >= size ? [] : [[key, { ...axis, title: { ...axis.title, font: { ...axis.title.font, size: Math.max(LEAST_NAME, fits) } } }]];
  };
  const low = Object.entries(layout).filter(([key]) => /^yaxis\d*$/.test(key)).flatMap(fitted);
  return low.length ? { ...layout, ...Object.fromEntries(low) } : layout;
}

/* And with them, for a file: the title in lines of the width. */
export function withWords(layout, figure, words, width) {
  const room = Math.max(16, Math.floor((width - 24) / 8.4));
  const lines = [""];
  for (const word of words.split(" ")) {
    const line = lines[lines.length - 1];
    if (line && line.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  const title = { ...figure.title, text: lines.join("<br>"), pad: { t: 8 + 12 * (lines.length - 1) } };
  const margin = { ...layout.margin, t: layout.margin.t + TITLE_ROOM + 21 * (lines.length - 1) };
  const paper = { bgcolor: layout.paper_bgcolor, borderpad: 2 };
  const inSpace = (scene) => figure.annotations.filter((note) => note.scene === scene).map(({ scene: _, ...note }) => ({ ...note, ...paper }));
  const named = Object.fromEntries(sceneNames(layout).map((key) => [key, { ...layout[key], annotations: inSpace(key) }]));
  return { ...layout, ...named, title, margin, annotations: figure.annotations.filter((note) => !note.scene) };
}

export class Words {
  constructor(div, area, plot) {
    this.plot = plot;
    this.title = document.createElement("div");
    this.title.className = "lab-title";
    this.layer = document.createElement("div");
    this.layer.className = "lab-notes";
    div.prepend(this.title);
    area.append(this.layer);
    this.notes = [];
  }

  entitle(text, phase = "") {
    const said = phase ? `${text} · ${phase}` : text;
    if (this.said === said) return;
    this.said = said;
    this.title.replaceChildren(written(text));
    if (!phase) return;
    const now = document.createElement("span");
    now.className = "lab-phase";
    now.textContent = phase;
    this.title.append(" ", now);
  }

  /* What is said; where it stands is told by `place`, once the axes are drawn. On a coloured field, and in a scene, words have
     the page's own ground, in whose colours they can be read, light and dark. */
  say(title, annotations, scale, onField = false) {
    this.rows = rowsAbove(annotations);
    this.scale = scale;
    this.title.style.fontSize = `${(title.font?.size ?? 17) * scale}px`;
    while (this.notes.length > annotations.length) this.notes.pop().span.remove();
    annotations.forEach((note, k) => {
      if (!this.notes[k]) {
        this.notes[k] = { span: document.createElement("span") };
        this.layer.append(this.notes[k].span);
      }
      const mine = this.notes[k];
      if (mine.text !== note.text) mine.span.replaceChildren(written(note.text));
      Object.assign(mine, { note, text: note.text });
      const free = note.font?.shadow === "auto";
      mine.span.classList.toggle("lab-haloed", free || Boolean(note.scene));
      mine.span.classList.toggle("lab-plated", Boolean(note.scene) || (free && onField && !isAbove(note)));
      const own = /px/.test(note.font?.shadow) ? note.font.shadow : "";
      const style = `${note.font?.color}|${(note.font?.size ?? 14) * scale}|${own}`;
      if (mine.style === style) return;
      mine.style = style;
      mine.span.style.color = note.font?.color ?? "";
      mine.span.style.textShadow = own;
      mine.span.style.fontSize = `${(note.font?.size ?? 14) * scale}px`;
    });
  }

  /* `flow`: as a hand has it. */
  place(data, flow) {
    const full = this.plot._fullLayout;
    for (const mine of this.notes) {
      const text = textOf(mine.note, flow);
      if (mine.text !== text) mine.span.replaceChildren(written(text));
      mine.text = text;
      mine.box = this.boxOf(mine, placeOf(this.lifted(mine.note), full, data));
    }
    this.apart(full._size);
    for (const { span, box } of this.notes) {
      span.hidden = !box;
      const at = box && `translate(${box.left.toFixed(1)}px, ${box.top.toFixed(1)}px) scale(${box.by ?? 1})`;
      if (at && span.style.transform !== at) span.style.transform = at;
    }
  }

  /* The room that a note takes. */
  boxOf({ note, text }, point) {
    if (!point) return null;
    const size = (note.font?.size ?? 14) * this.scale;
    const [width, height] = [wide(text, size), LINE_HEIGHT * size * text.split(/<br *\/?>/).length];
    const [left, top] = [point.x + (width * point.across) / 100, point.y + (height * point.down) / 100];
    return { left, right: left + width, top, bottom: top + height };
  }

  /* Rows above the picture run on beside each other; in it, what marks no point goes under what stands there. */
  apart({ t, h }) {
    const free = this.notes.filter(({ note, box }) => box && !/^at /.test(note.name ?? ""));
    below(free.filter(({ note }) => !isAbove(note)).map(({ box }) => box), t + h);
    for (const y of this.rows) {
      const row = free.filter(({ note }) => isAbove(note) && note.y === y);
      along(row.map(({ box }) => box), this.layer.clientWidth, GAP_IN_ROW * this.scale);
      this.narrowed(row);
    }
  }

  /* A row that is wider than its picture is drawn narrower. */
  narrowed(row) {
    const end = Math.max(0, ...row.map(({ box }) => box.right));
    const by = Math.max(LEAST_OF_ROW, Math.min(1, this.layer.clientWidth / end));
    for (const { box } of row) Object.assign(box, { left: box.left * by, by });
  }

  /* Several rows above a picture stand on each other, however large their type is. */
  lifted(note) {
    if (this.rows.length < 2 || !isAbove(note)) return note;
    return { ...note, y: 1, yshift: this.rows.indexOf(note.y) * lineOfNote(note, this.scale) };
  }
}

/* One named "start k" tells the direction in which run k starts. */
function textOf({ name, text }, flow) {
  const [, run] = name?.match(/^start (\d+)$/) ?? [];
  return run && flow ? text.replace(/[−\d]+(?=°)/, String(startOf(flow, run)).replace("-", "−")) : text;
}

/* Where an annotation stands: its point, and how far it lies before it in per cent of itself, as plotly has it; one named "at k"
   goes with the point of trace k. */
function placeOf(note, full, data) {
  const across = { left: 0, center: -50, right: -100, auto: -50 }[note.xanchor ?? "auto"];
  const down = { top: 0, middle: -50, bottom: -100, auto: -50 }[note.yanchor ?? "auto"];
  if (note.scene) {
    const at = pointInSpace(note, full[note.scene]?._scene, data);
    return at && { x: at[0], y: at[1], across, down };
  }
  const [, trace] = note.name?.match(/^at (\d+)$/) ?? [];
  const point = trace ? { x: data[trace].x[0], y: data[trace].y[0] } : note;
  const size = full._size;
  const along = (ref, value, whole, start) => {
    if (ref === "paper") return start === size.t ? size.t + size.h * (1 - value) : size.l + size.w * value;
    const axis = full[`${ref[0]}axis${ref.slice(1)}`];
    return axis ? axis._offset + axis.l2p(Number(value)) : NaN;
  };
  const x = along(note.xref ?? "x", point.x, size.w, size.l) + (note.xshift ?? 0);
  const y = along(note.yref ?? "y", point.y, size.h, size.t) - (note.yshift ?? 0);
  if (!Number.isFinite(x) || !Number.isFinite(y)) return null;
  return { x, y, across, down };
}

/* The highest or the lowest point of trace k, as the note's name "highest k" says; null where it is out of sight. */
function pointInSpace({ name }, scene, data) {
  const [, end, k] = name?.match(/^(highest|lowest) (\d+)$/) ?? [];
  const { x, y, z } = data[k] ?? {};
  if (!z || !scene?.dataScale) return null;
  const up = end === "highest" ? 1 : -1;
  let best = -1;
  for (let i = 0; i < z.length; i++) if (Number.isFinite(z[i]) && (best < 0 || up * z[i] > up * z[best])) best = i;
  const at = best < 0 ? [] : onScreen(scene, [x[best], y[best], z[best]]);
  const { width, height } = scene.glplot.canvas.getBoundingClientRect();
  return at.length && at[0] >= 0 && at[0] <= width && at[1] >= 0 && at[1] <= height ? at : null;
}
