/* A film of what plays: the same chart in a hidden frame of the film's size, its moments painted one after the other. */

import { Gif, Webm } from "./encode.js";
import { Painter } from "./paint.js";

export const SIZES = {
  page: { name: "page, 800 × 450", width: 800, height: 450, scale: 1 },
  slides: { name: "slides, 1280 × 720", width: 960, height: 540, scale: 4 / 3 },
  phone: { name: "phone, 540 × 960", width: 432, height: 768, scale: 1.25 },
};
const MOST_FRAMES = 60;
const FILM_MS = 4500;
const FOOT = 30;
const PATIENCE_MS = 60_000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/* Up to three pictures stand in one row; beside three there is no room for the drawn network. */
const AT_MOST = 3;
const BESIDE = 176;
function inOneRow(panels, width) {
  if (panels.length > AT_MOST) return panels;
  const full = panels.length === AT_MOST;
  const each = Math.floor((width - (full ? 64 : BESIDE)) / panels.length);
  const alone = (figure) => (full ? { ...figure, network: null } : figure);
  return panels.map((panel) => ({ ...panel, figure: alone(panel.figure), least: Math.min(panel.least, each) }));
}

/* What the hidden chart is told: the pictures that were chosen, with the cameras that are seen, nothing to take hold of. */
function toldFor(chart, which, { width }) {
  const whole = JSON.parse(chart.text);
  const chosen = whole.panels.filter((_, k) => which === null || k === which);
  const panels = inOneRow(chosen, width);
  const cameras = chart.panels.map((panel) => (panel.scenes.length ? panel.camera(panel.scenes[0]) : null));
  const camera = cameras[which ?? cameras.findIndex(Boolean)] ?? null;
  const directions = { ...whole.directions, act: "film" };
  const told = { ...whole, panels, camera, directions, free: [], autoplay: false, film: true, wants: {}, opening: "film" };
  return { told: JSON.stringify(told), block: chart.block, words: "" };
}

async function stageOf(chart, size, which, urls, colours) {
  const frame = document.createElement("iframe");
  Object.assign(frame, { title: "The film while it is made", tabIndex: -1 });
  frame.setAttribute("aria-hidden", "true");
  frame.style.cssText = `position:fixed;left:0;top:0;width:${size.width}px;height:${size.height - FOOT}px;border:0;opacity:0;pointer-events:none;z-index:-1`;
  const at = (url) => new URL(url, location.href).href;
  const body = document.querySelector(".lab-take-chart").innerHTML;
  frame.srcdoc = `<!doctype html><html lang="en" class="lab-film"><head><link rel="stylesheet" href="${at(urls.style)}"><script src="${at(urls.plotly)}"></script></head><body><div id="says"></div>${body}</body></html>`;
  const loaded = new Promise((done) => frame.addEventListener("load", done, { once: true }));
  document.body.append(frame);
  await loaded;
  const { contentWindow: view, contentDocument: inside } = frame;
  view.labGiven = { scenes: [toldFor(chart, which, size)], view: colours };
  const script = Object.assign(inside.createElement("script"), { type: "module", src: at(urls.alone) });
  inside.head.append(script);
  return { frame, view, inside };
}

async function drawn(inside, signal) {
  const began = performance.now();
  const root = inside.querySelector(".lab-chart");
  while (!(Number(root.dataset.drawn) > 0) || root.__chart.drawing) {
    if (signal.aborted) throw new Error("cancelled");
    if (performance.now() - began > PATIENCE_MS) throw new Error("its pictures took too long to draw");
    await pause(20);
  }
  return root.__chart;
}

async function goTo(chart, index) {
  chart.index = index;
  chart.showCursor();
  do await chart.redraw();
  while (chart.drawing);
  for (const panel of chart.panels) {
    for (const scene of panel.scenes) panel.plot._fullLayout[scene]?._scene?.glplot?.redraw();
  }
}

class Film {
  constructor(chart, { view, inside }, size, credit) {
    Object.assign(this, { chart, inside, size, credit });
    this.canvas = Object.assign(document.createElement("canvas"), {
      width: Math.round(size.width * size.scale),
      height: Math.round(size.height * size.scale),
    });
    this.ctx = this.canvas.getContext("2d", { willReadFrequently: true });
    this.painter = new Painter(this.ctx, view);
  }

  async frame(index) {
    const { ctx, size, chart } = this;
    await goTo(chart, index);
    ctx.setTransform(size.scale, 0, 0, size.scale, 0, 0);
    ctx.fillStyle = this.painter.paper = chart.theme.paper;
    ctx.fillRect(0, 0, size.width, size.height);
    await this.painter.paint(this.inside.querySelector(".lab-panels"));
    this.foot(index);
    return this.canvas;
  }

  /* The moment, how far the film has come, and where it is from. */
  foot(index) {
    const { ctx, size, chart } = this;
    const middle = size.height - FOOT / 2;
    ctx.textBaseline = "middle";
    ctx.fillStyle = chart.theme.text;
    ctx.font = `600 15px ${chart.theme.font}`;
    ctx.fillText(chart.readout.textContent, 12, middle);
    ctx.font = `13px ${chart.theme.font}`;
    ctx.textAlign = "right";
    ctx.fillText(this.credit, size.width - 12, middle);
    Object.assign(ctx, { textAlign: "left", textBaseline: "alphabetic" });
    ctx.fillStyle = getComputedStyle(chart.root).getPropertyValue("--st-primary-color");
    ctx.fillRect(0, size.height - FOOT, (size.width * index) / chart.last, 2);
  }

  pixels() {
    return this.ctx.getImageData(0, 0, this.canvas.width, this.canvas.height);
  }
}

export async function film(seen, { kind, size, which, data, view, signal, progress }) {
  progress(0, "Setting the film up …");
  const stage = await stageOf(seen, SIZES[size], which, data.urls, view);
  try {
    const chart = await drawn(stage.inside, signal);
    const made = new Film(chart, stage, SIZES[size], data.credit);
    await made.painter.load();
    const count = Math.min(MOST_FRAMES, chart.last + 1);
    const places = Array.from({ length: count }, (_, k) => Math.round((k * chart.last) / (count - 1)));
    const each = Math.max(40, Math.round(FILM_MS / count / 10) * 10);
    const writer = await writerOf(kind, made, places, { urls: data.urls, canvas: made.canvas, count, each });
    for (const [k, index] of places.entries()) {
      if (signal.aborted) throw new Error("cancelled");
      await made.frame(index);
      await writer.add(kind === "gif" ? made.pixels() : null);
      progress((k + 1) / count, `Frame ${k + 1} of ${count} …`);
      await pause(0);
    }
    return await writer.end();
  } finally {
    stage.inside.querySelector(".lab-chart").__chart?.close();
    stage.frame.remove();
  }
}

async function writerOf(kind, made, places, given) {
  if (kind === "webm") return Webm.begin(given);
  const samples = [];
  for (const index of [0, places[places.length >> 1], places[places.length - 1]]) {
    await made.frame(index);
    samples.push(made.pixels().data);
  }
  return Gif.begin({ ...given, samples });
}
