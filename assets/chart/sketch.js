/* A guess drawn into a veiled picture, by finger, mouse or arrow keys; then the true curve draws itself over it, and a number
   says how far it is. Nothing of it is sent or kept. */

import { still } from "./device.js";

const COLUMNS = 60;
const DRAWS_MS = 2500;
const PEN_STEP = 0.02;
const SKETCHED = "http://www.w3.org/2000/svg";
const spoken = (value) => String(Number(value.toPrecision(2))).replace("-", "−");

export class Sketch {
  constructor(panel, area) {
    this.panel = panel;
    this.svg = document.createElementNS(SKETCHED, "svg");
    this.svg.setAttribute("class", "lab-sketch");
    this.svg.setAttribute("role", "slider");
    this.svg.toggleAttribute("hidden", true);
    this.line = document.createElementNS(SKETCHED, "polyline");
    this.pen = document.createElementNS(SKETCHED, "circle");
    this.pen.setAttribute("r", 6);
    this.svg.append(this.line, this.pen);
    this.veil = document.createElement("div");
    this.veil.className = "lab-unseen";
    area.append(this.veil, this.svg);
    this.forget();
    this.svg.addEventListener("pointerdown", (event) => this.begin(event));
    this.svg.addEventListener("pointermove", (event) => this.drawn && this.to(this.pointed(event)));
    for (const end of ["pointerup", "pointercancel"]) this.svg.addEventListener(end, () => (this.drawn = false));
    this.svg.addEventListener("keydown", (event) => this.key(event));
  }

  /* Heights from 0 to 1 along the picture's width; null where nothing is drawn. */
  forget() {
    this.heights = Array(COLUMNS).fill(null);
    this.at = [0, 0.5];
    this.told = "";
  }

  get wanted() {
    const wanted = this.panel.chart.directions.sketch;
    return wanted && this.panel.short?.startsWith(wanted.picture) ? wanted : null;
  }

  get guessed() {
    return this.heights.some((one) => one !== null);
  }

  get box() {
    const { _size } = this.panel.plot._fullLayout;
    return { left: _size.l, top: _size.t, width: _size.w, height: _size.h };
  }

  /* After each drawing: where the picture lies, and whether its curve may be seen now. */
  show() {
    const { wanted } = this;
    const veiled = this.panel.chart.directions.curtain;
    this.svg.toggleAttribute("hidden", !wanted);
    this.veil.hidden = true;
    if (!wanted || (veiled && this.told)) this.forget();
    if (!wanted) return;
    const { left, top, width, height } = this.box;
    Object.assign(this.svg.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    this.svg.style.pointerEvents = veiled ? "auto" : "none";
    if (veiled) this.svg.tabIndex = 0;
    else this.svg.removeAttribute("tabindex");
    this.paint();
    if (!veiled && !this.told && this.guessed) this.reveal(wanted);
  }

  pointed(event) {
    const box = this.svg.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
  }

  begin(event) {
    if (event.button) return;
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    this.svg.focus({ preventScroll: true });
    this.at = this.pointed(event);
    this.drawn = true;
    this.to(this.at);
  }

  /* A straight stroke from where the pen was. */
  to(point) {
    const within = ([x, y]) => [Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y))];
    const [from, here] = [this.at, within(point)];
    const column = (x) => Math.min(COLUMNS - 1, Math.floor(x * COLUMNS));
    const [one, two] = [column(from[0]), column(here[0])];
    for (let k = Math.min(one, two); k <= Math.max(one, two); k++) {
      const share = one === two ? 1 : (k - one) / (two - one);
      this.heights[k] = from[1] + share * (here[1] - from[1]);
    }
    this.at = here;
    this.paint();
  }

  key(event) {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (["Delete", "Backspace"].includes(event.key)) this.forget();
    else if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
    else this.to([this.at[0] + by[0] / COLUMNS, this.at[1] + by[1] * PEN_STEP * (event.shiftKey ? 5 : 1)]);
    event.preventDefault();
    event.stopPropagation();
    this.paint();
  }

  paint() {
    const { width, height } = this.box;
    const place = (k) => [((k + 0.5) / COLUMNS) * width, (1 - this.heights[k]) * height];
    const there = [...this.heights.keys()].filter((k) => this.heights[k] !== null);
    this.line.setAttribute("points", there.map((k) => place(k).map((v) => v.toFixed(1)).join(",")).join(" "));
    this.pen.setAttribute("cx", this.at[0] * width);
    this.pen.setAttribute("cy", (1 - this.at[1]) * height);
    this.pen.style.display = this.panel.chart.directions.curtain ? "" : "none";
    const { xaxis, yaxis } = this.panel.plot._fullLayout;
    const words = { label: this.wanted.words, valuemin: 0, valuemax: 100, valuenow: Math.round(100 * this.at[1]) };
    words.valuetext = `${spoken(xaxis.p2c(this.at[0] * width))}: ${spoken(yaxis.p2c((1 - this.at[1]) * height))}`;
    for (const [name, value] of Object.entries(words)) this.svg.setAttribute(`aria-${name}`, value);
  }

  /* The mean height between the two lines where one is drawn, in units of the axis. */
  distance(trace) {
    const { xaxis, yaxis } = this.panel.plot._fullLayout;
    const { width, height } = this.box;
    const xs = Array.from(trace.x, (x) => xaxis.c2p(x));
    const gaps = this.heights.flatMap((one, k) => {
      const x = ((k + 0.5) / COLUMNS) * width;
      const after = xs.findIndex((one_x) => one_x >= x);
      if (one === null || after < 1) return [];
      const share = (x - xs[after - 1]) / (xs[after] - xs[after - 1] || 1);
      const truth = trace.y[after - 1] + share * (trace.y[after] - trace.y[after - 1]);
      return [Math.abs(yaxis.p2c((1 - one) * height) - truth)];
    });
    return gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  }

  reveal({ trace, far }) {
    const curve = this.panel.traces(this.panel.chart.last).find(({ name, mode }) => name?.startsWith(trace) && mode === "lines");
    if (!curve) return;
    this.told = far.replace("…", spoken(this.distance(curve)));
    this.panel.words.entitle(this.told);
    this.panel.chart.say(this.told);
    if (still()) return;
    const { left, top, width, height } = this.box;
    this.veil.hidden = false;
    Object.assign(this.veil.style, { top: `${top}px`, height: `${height}px`, left: `${left}px`, width: `${width}px` });
    const frames = [{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }];
    this.veil.animate(frames, { duration: DRAWS_MS, easing: "linear" }).finished.then(() => (this.veil.hidden = true));
  }
}
