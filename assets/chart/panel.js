/* One picture: its figure, drawn at a place of the cursor. */

import { hasWebGL, narrow, pixelRatio } from "./device.js";
import { follow, onLevel, patches } from "./flow.js";
import { decoded, frameAt, laidOver } from "./frames.js";
import { Handles } from "./handles.js";
import { Inset } from "./inset.js";
import { inFrameOf, sameProblem } from "./kept.js";
import { aboveNoBar, compact, directed, enlarged, fittedAcross, untold, upright } from "./lesson.js";
import { namesApart } from "./names.js";
import { outlineOf } from "./outline.js";
import { phaseAt, Spans, withFoot } from "./phases.js";
import { flexOf, roomFor } from "./room.js";
import { leaveCoarse } from "./scenes.js";
import { Sketch } from "./sketch.js";
import { swiftly, widened } from "./swift.js";
import { themed } from "./theme.js";
import { asSeen, cameraOf, forgetRanges, lookAt, sized, twoFingers } from "./view.js";
import { coloursGround, namedWhole, notesOf, withWords, withoutWords, Words } from "./words.js";

const COMPACT = 300;
const SLIM = 215;
const OVER_AND_UNDER = 68;
/* While words come and go a picture may have no height at all, for which plotly knows no ticks. */
const LEAST_PLOT = 40;
const NO_WEBGL = "Lines alone: without WebGL this browser draws no scene in space.";
const CURTAIN = "What will happen?";

export class Panel {
  constructor(host, chart) {
    this.chart = chart;
    this.div = document.createElement("div");
    this.div.className = "lab-panel";
    this.div.setAttribute("role", "figure");
    this.plot = document.createElement("div");
    this.plot.className = "lab-plot";
    this.area = document.createElement("div");
    this.area.className = "lab-area";
    this.area.append(this.plot);
    this.div.append(this.area);
    host.append(this.div);
    this.words = new Words(this.div, this.area, this.plot);
    this.spans = new Spans(this, this.area);
    this.handles = new Handles(this, this.area);
    this.sketch = new Sketch(this, this.area);
    this.what = document.createElement("button");
    this.what.type = "button";
    this.what.className = "lab-what";
    this.what.textContent = "?";
    this.div.append(this.what);
    this.watched = false;
    this.drawn = [];
    twoFingers(this.plot);
  }

  set({ figure, places, name, short, height, grow, least, symbols = [] }) {
    this.take(decoded(figure, { block: this.chart.block, places }));
    this.short = short;
    this.plot.classList.toggle("lab-pressed", Boolean(this.figure.inset));
    this.spans.show(this.figure.phases);
    this.div.setAttribute("aria-label", name);
    this.what.hidden = !symbols.length;
    this.what.dataset.symbols = symbols.join(" ");
    this.what.setAttribute("aria-label", `What ${symbols.join(", ")} ${symbols.length > 1 ? "mean" : "means"}: ${short}`);
    const { free } = this.chart.source;
    this.handles.show((this.figure.handles ?? []).filter(({ fields }) => fields.every((one) => free.includes(one))));
    Object.assign(this, { height, grow, least });
    this.fit();
    this.fresh = true;
  }

  /* Whether its view can be put back: it turns, or its frame is that of a drag. */
  get moves() {
    return this.scenes.length > 0 || this.figure !== this.sent;
  }

  /* The answer to a hand is shown in the frame in which it was asked for, and so is what comes later of the same problem. */
  take(figure) {
    const before = this.figure;
    const stays = before && (this.chart.answersHand || (before.kept && sameProblem(before, figure)));
    this.sent = figure;
    this.figure = stays ? inFrameOf(before, figure) : figure;
    this.keptRuns = null;
  }

  /* As high as the screen has room for. */
  fit() {
    this.div.style.flex = flexOf(this.chart, this);
    this.div.style.height = `${roomFor(this.chart, this.height)}px`;
    this.chart.host.style.setProperty("--lab-room", this.div.style.height);
  }

  get scenes() {
    return Object.keys(this.figure.layout).filter((key) => /^scene\d*$/.test(key));
  }

  camera(scene) {
    return this.asLines ?? cameraOf(this.plot, scene);
  }

  traces(index) {
    const { data: still, frames } = this.figure;
    const data = still.slice();
    if (frames) {
      frameAt(frames, Math.min(index, frames.count - 1), still).forEach((patch, k) => {
        data[frames.traces[k]] = laidOver(data[frames.traces[k]], patch);
      });
    }
    for (const [place, patch] of this.followed(index)) data[place] = { ...data[place], ...patch };
    const { highlight, ...rest } = this.chart.directions;
    const here = highlight.filter((word) => data.some((trace) => trace.name?.startsWith(word)));
    const seen = data.map((trace) => directed(this.upright ? upright(trace, this.plot.clientHeight - OVER_AND_UNDER) : trace, { ...rest, highlight: here }));
    const size = this.plot._fullLayout?._size;
    return size ? namesApart(seen, this.figure.layout, size) : seen;
  }

  /* What the closed form tells: all that follows a hand; after it, what stands in a frame that was kept. */
  followed(index) {
    const { flow, runs } = this.chart;
    const { roles = [], kept = [] } = this.figure;
    if (runs) return patches(roles, flow, runs, index);
    if (!kept.length) return [];
    this.keptRuns ??= follow(flow);
    return this.keptRuns ? patches(kept, flow, this.keptRuns, index) : [];
  }

  get low() {
    return this.div.clientHeight < COMPACT || this.div.clientWidth < SLIM;
  }

  /* Whether a colour bar stands beside its map. */
  get upright() {
    return narrow() || (this.chart.directions.scale === 1 && this.low);
  }

  /* The layout without words, camera and the numbers that change at every draw. */
  frame() {
    const { curtain, scale } = this.chart.directions;
    let whole = themed(this.figure.layout, this.chart.theme);
    if (scale === 1) whole = fittedAcross(whole, this.plot.clientWidth);
    if (this.upright) whole = aboveNoBar(whole, this.figure.data);
    if (scale === 1 && this.low) whole = compact(whole);
    const { title } = whole;
    const annotations = untold(notesOf(whole), this.figure.data, this.chart.directions);
    this.title = curtain ? { ...title, text: this.sketch.wanted?.words ?? CURTAIN } : title;
    this.words.say(this.title, annotations, scale, this.figure.data.some(coloursGround));
    this.annotations = annotations;
    const layout = withoutWords(scale === 1 ? whole : enlarged(whole, scale, { width: this.plot.clientWidth, height: this.plot.clientHeight }), scale);
    layout.width = this.plot.clientWidth || undefined;
    const { t = 0, b = 56 } = layout.margin;
    layout.height = this.plot.clientHeight ? Math.max(this.plot.clientHeight, t + b + LEAST_PLOT) : undefined;
    for (const scene of this.scenes) layout[scene] = sized(layout[scene], layout.width, layout.height);
    return withFoot(namedWhole(layout), this.figure.phases);
  }

  /* A title may follow the cursor; that of a level set tells nothing but δ while a hand moves it. */
  titleAt(index) {
    const { flow, runs } = this.chart;
    const { level } = this.figure.layout.meta ?? {};
    if (runs && level !== undefined) return onLevel(flow.deltas[level]);
    const titles = this.chart.directions.curtain ? [] : (this.figure.layout.meta?.titles ?? []);
    return titles[Math.min(index, titles.length - 1)] ?? this.title.text;
  }

  /* The word of now; a phase of the last answer says nothing of a start that a hand is moving. */
  phase(index) {
    const { directions, runs, values } = this.chart;
    return directions.curtain || runs || !values.length ? "" : phaseAt(this.figure.phases, values[index]);
  }

  withCamera(layout) {
    const out = { ...layout };
    /* Plotly keeps what it derives (contour levels) on the very objects it was given, and these are new at each draw. */
    out.datarevision = this.revision = (this.revision ?? 0) + 1;
    for (const scene of this.scenes) {
      const camera = this.nextCamera ?? this.camera(scene) ?? this.chart.openingCamera;
      if (camera) out[scene] = { ...out[scene], camera };
    }
    for (const [axis, range] of Object.entries({ ...this.figure.ranges, ...this.wide })) out[axis] = { ...out[axis], range, autorange: false };
    this.nextCamera = undefined;
    return out;
  }

  get ranges() {
    return { open: this.figure.ranges ?? {}, wide: this.wide };
  }

  /* The hand is gone: axes find their own ranges again. */
  letGo() {
    this.unsettled ||= Boolean(this.wide);
    this.wide = null;
  }

  /* Whether something else than numbers of traces differs from what is drawn. */
  laidAnew() {
    if (!this.fresh && !this.nextCamera) return false;
    const layout = this.frame();
    const mark = JSON.stringify({ ...layout, meta: undefined });
    this.fresh = false;
    this.layout = layout;
    if (mark === this.mark && !this.nextCamera) return false;
    this.mark = mark;
    return true;
  }

  draw(Plotly, index) {
    if (this.scenes.length && !hasWebGL()) return this.drawLines(index);
    const data = this.traces(index);
    const anew = this.laidAnew();
    const guessed = this.sketch.wanted && this.sketch.told;
    this.words.entitle(guessed || this.titleAt(index), guessed ? "" : this.phase(index));
    const before = this.drawn;
    this.drawn = data;
    const calm = !anew && this.watched && !this.unsettled;
    const done = calm && swiftly(this.plot, before, data, this.chart.news, this.ranges);
    if (done === "soon") this.chart.settleSoon(this);
    else if (calm && !done && this.chart.held) this.wide = widened(this.plot, this.ranges);
    if (done) {
      this.plot.layout.meta = this.layout.meta;
      this.place(data);
      return undefined;
    }
    return this.drawWhole(Plotly, data);
  }

  /* What can be shown while plotly.js is on its way. */
  outline(index) {
    if (this.chart.directions.curtain || this.div.hidden) return;
    const layout = this.frame();
    this.words.entitle(this.titleAt(index), this.phase(index));
    this.area.classList.add("lab-waits");
    this.outlined = outlineOf(this.area, this.traces(index), layout);
  }

  /* A scene without WebGL: what stands before plotly.js has come is all there is, from where the buttons look. */
  drawLines(index) {
    const layout = this.frame();
    this.asLines = { center: { x: 0, y: 0, z: 0 }, ...(this.nextCamera ?? this.asLines ?? this.chart.openingCamera ?? layout.scene.camera) };
    this.nextCamera = undefined;
    this.words.entitle(this.titleAt(index), this.phase(index));
    this.area.classList.add("lab-waits", "lab-lines");
    this.plot.textContent = NO_WEBGL;
    this.outlined?.remove();
    this.outlined = outlineOf(this.area, this.traces(index), { ...layout, scene: { ...layout.scene, camera: this.asLines } });
  }

  /* Plotly keeps the room of a colour bar for the picture that comes in its place. */
  forgetBars(Plotly, data) {
    const bars = data.some((trace) => trace.colorbar);
    if (this.barred && !bars) {
      Plotly.purge(this.plot);
      this.watched = false;
    }
    this.barred = bars;
  }

  async drawWhole(Plotly, data) {
    this.unsettled = false;
    this.forgetBars(Plotly, data);
    forgetRanges(this.plot);
    const config = { displayModeBar: false, scrollZoom: false, doubleClick: false, showTips: false };
    const copies = data.map((trace) => ({ ...trace }));
    await Plotly.react(this.plot, copies, this.withCamera(this.layout), { ...config, plotGlPixelRatio: pixelRatio() });
    leaveCoarse(this.plot);
    this.outlined?.remove();
    this.area.classList.remove("lab-waits");
    this.place(data);
    this.placeInSpace();
    if (!this.watched) this.watch();
  }

  /* What stands beside plotly's own. */
  place(data) {
    this.words.place(data, this.chart.runs && this.chart.flow);
    this.spans.place();
    this.handles.place();
    this.sketch.show();
  }

  /* What goes with the points of a scene stands where they are now, and where they are once the scene is drawn. */
  placeInSpace(frames = 2) {
    this.handles.place();
    if (!this.scenes.length || !this.plot._fullLayout) return;
    this.words.place(this.drawn, this.chart.runs && this.chart.flow);
    if (frames) requestAnimationFrame(() => this.placeInSpace(frames - 1));
  }

  /* Back to the frame and the camera the picture was made with. */
  resetView() {
    if (this.figure !== this.sent) Object.assign(this, { figure: this.sent, fresh: true });
    for (const scene of this.scenes) this.nextCamera = this.figure.layout[scene].camera;
  }

  /* As another scene is seen; what is not in sight now takes that camera when it comes. */
  lookAlike(camera) {
    if (!this.watched || this.div.hidden) {
      this.nextCamera = camera;
      return;
    }
    if (JSON.stringify(camera) === JSON.stringify(this.camera(this.scenes[0]))) return;
    lookAt(this.plot, camera);
    this.placeInSpace();
  }

  watch() {
    this.watched = true;
    const told = (kind) => (event) => {
      const p = event.points?.[0];
      if (!p) return;
      const number = p.pointNumber ?? p.pointIndex ?? null;
      const plain = (v) => (typeof v === "object" ? JSON.parse(JSON.stringify(v ?? null)) : v);
      this.chart.tell(kind, {
        panel: this.chart.panels.indexOf(this), trace: p.curveNumber, point: plain(number),
        x: plain(p.x), y: plain(p.y), z: plain(p.z), customdata: plain(p.customdata),
      });
    };
    this.plot.on("plotly_click", told("click"));
    this.plot.on("plotly_hover", told("hover"));
    this.plot.on("plotly_hover", (event) => this.rest(event.points?.[0]));
    this.plot.on("plotly_click", (event) => this.rest(event.points?.[0]));
    this.plot.on("plotly_unhover", () => this.inset?.hide());
    const turned = () => {
      this.placeInSpace();
      this.chart.turned(this);
    };
    for (const kind of ["plotly_relayouting", "plotly_relayout"]) this.plot.on(kind, turned);
  }

  /* A cell of a map is rested on, or its handle is: that network's neurons play in a corner. */
  rest(point) {
    const { insets, cursor } = this.chart.source;
    if (!this.figure.inset || !insets || !cursor || !point || !Number.isFinite(point.x)) return;
    this.inset ??= new Inset(this.area, this.figure.inset);
    const { range } = this.plot._fullLayout.xaxis;
    this.inset.show(insets, 10 ** point.x, point.y, point.x < (range[0] + range[1]) / 2);
  }

  /* What is seen, as a figure of its own: cursor, camera and theme included. */
  seen() {
    const layout = { ...asSeen(this.plot), paper_bgcolor: this.chart.theme.paper };
    layout.shapes = [...(layout.shapes ?? []), ...this.spans.shapes()];
    const figure = { title: this.title, annotations: this.annotations };
    return { data: this.plot.data, layout: withWords(layout, figure, this.words.said, this.plot.clientWidth) };
  }
}
