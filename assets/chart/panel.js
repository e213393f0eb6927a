/* One picture: its figure, drawn at a place of the cursor. */

import { decoded, frameAt, laidOver } from "./frames.js";
import { hasWebGL } from "./device.js";
import { compact, directed, enlarged } from "./lesson.js";
import { leastWidth, roomFor } from "./room.js";
import { themed, wrapped } from "./theme.js";
import { asSeen, cameraOf, forgetRanges, sized, twoFingers } from "./view.js";

const COMPACT = 300;
const NO_WEBGL = "This browser draws no scenes in space (WebGL is off or missing); the other pictures show the same in the plane. In words:";
const CONFIG = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false, showTips: false };

export class Panel {
  constructor(host, chart) {
    this.chart = chart;
    this.div = document.createElement("div");
    this.div.className = "lab-panel";
    this.div.setAttribute("role", "figure");
    host.appendChild(this.div);
    this.watched = false;
    twoFingers(this.div);
  }

  set({ figure, name, short, height, grow, least }) {
    this.figure = decoded(figure);
    this.short = short;
    this.div.setAttribute("aria-label", name);
    this.div.classList.toggle("lab-scene", this.scenes.length > 0);
    Object.assign(this, { height, grow, least });
    this.fit();
  }

  /* As high as the screen has room for. */
  fit() {
    this.div.style.flex = `${this.grow} 1 ${leastWidth(this.chart, this.least)}px`;
    this.div.style.height = `${roomFor(this.chart, this.height)}px`;
  }

  get scenes() {
    return Object.keys(this.figure.layout).filter((key) => /^scene\d*$/.test(key));
  }

  camera(scene) {
    return cameraOf(this.div, scene);
  }

  traces(index) {
    const { data: still, frames } = this.figure;
    const data = still.slice();
    if (frames) {
      frameAt(frames, Math.min(index, frames.count - 1)).forEach((patch, k) => {
        data[frames.traces[k]] = laidOver(data[frames.traces[k]], patch);
      });
    }
    const { highlight, ...rest } = this.chart.directions;
    const here = highlight.filter((word) => data.some((trace) => trace.name?.startsWith(word)));
    return data.map((trace) => directed(trace, { ...rest, highlight: here }));
  }

  layout() {
    const { curtain, scale } = this.chart.directions;
    let layout = themed(this.figure.layout, this.chart.theme);
    if (scale === 1 && this.div.clientHeight < COMPACT) layout = compact(layout);
    const said = this.figure.layout.meta?.titles?.[this.chart.index];
    if (said) layout.title = { ...layout.title, text: said };
    if (curtain) layout.title = { ...layout.title, text: "What will happen?" };
    if (scale !== 1) layout = enlarged(layout, scale);
    /* Plotly keeps what it derives (contour levels) on the very objects it was given, and these are new at each draw. */
    layout.datarevision = this.revision = (this.revision ?? 0) + 1;
    layout.width = this.div.clientWidth || undefined;
    layout.height = this.div.clientHeight || undefined;
    const lines = wrapped(layout.title, (layout.width ?? 400) / scale);
    const pad = { t: 8 + 12 * scale * (lines.length - 1) };
    layout.title = { ...layout.title, text: lines.join("<br>"), pad };
    layout.margin = { ...layout.margin, t: layout.margin.t + 21 * scale * (lines.length - 1) };
    for (const scene of this.scenes) {
      layout[scene] = sized(layout[scene], layout.width, layout.height);
      const camera = this.nextCamera ?? this.camera(scene) ?? this.chart.openingCamera;
      if (camera) layout[scene] = { ...layout[scene], camera };
    }
    this.nextCamera = undefined;
    return layout;
  }

  async draw(Plotly, index) {
    if (this.scenes.length && !hasWebGL()) {
      this.div.textContent = `${NO_WEBGL} ${this.div.getAttribute("aria-label")}`;
      return;
    }
    forgetRanges(this.div);
    await Plotly.react(this.div, this.traces(index), this.layout(), CONFIG);
    if (!this.watched) this.watch();
  }

  /* Back to the camera the picture was made with. */
  resetView() {
    for (const scene of this.scenes) this.nextCamera = this.figure.layout[scene].camera;
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
    this.div.on("plotly_click", told("click"));
    this.div.on("plotly_hover", told("hover"));
  }

  /* What is seen, as a figure of its own: cursor, camera and theme included. */
  seen() {
    return { data: this.div.data, layout: { ...asSeen(this.div), paper_bgcolor: this.chart.theme.paper } };
  }
}
