/* The chart component: one or more Plotly panels that share a time cursor.
   Called again with each new data on the same element; the camera, the zoom and the cursor survive. */

const PLAY_MS = 4500;

function loadPlotly(src) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  window.__plotlyLoading ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = src;
    script.onload = () => done(window.Plotly);
    script.onerror = () => failed(new Error("plotly.js could not be loaded"));
    document.head.appendChild(script);
  });
  return window.__plotlyLoading;
}

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const touch = () => matchMedia("(pointer: coarse)").matches;
const isObject = (v) => v && typeof v === "object" && !Array.isArray(v) && !ArrayBuffer.isView(v);

/* A copy of `base` with `patch` laid over it; arrays are shared, so Plotly sees which ones changed. */
function laidOver(base, patch) {
  const out = { ...base };
  for (const [key, value] of Object.entries(patch ?? {})) {
    out[key] = isObject(value) && isObject(out[key]) ? laidOver(out[key], value) : value;
  }
  return out;
}

const TYPES = {
  f8: Float64Array, f4: Float32Array, i4: Int32Array, u4: Uint32Array, i2: Int16Array, u2: Uint16Array, i1: Int8Array,
  u1: Uint8Array,
};

/* Rows of a flat array: of shape [3, 4, 5] three of [4, 5], each four of 5. They share its memory. */
function rowsOf(flat, shape) {
  if (shape.length < 2) return flat;
  const size = flat.length / shape[0];
  return Array.from({ length: shape[0] }, (_, k) => rowsOf(flat.subarray(k * size, (k + 1) * size), shape.slice(1)));
}

/* Every {dtype, bdata, shape} inside becomes a typed array (rows of them), once: Plotly would do it at each frame. */
function decoded(value) {
  if (Array.isArray(value)) return value.map(decoded);
  if (!value || typeof value !== "object") return value;
  if (!("bdata" in value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, decoded(one)]));
  const bytes = Uint8Array.from(atob(value.bdata), (letter) => letter.charCodeAt(0));
  const flat = new TYPES[value.dtype](bytes.buffer);
  return rowsOf(flat, value.shape ? value.shape.split(",").map(Number) : [flat.length]);
}

/* What frame k gives each moving trace (core.figures.picture.packed tells the format). */
function frameAt(frames, k) {
  const of = (run) => ("like" in run ? frames.data[run.like[0]][run.like[1]] : run);
  const value = (run) => ("rows" in run ? run.rows[k] : "each" in run ? run.each[k] : run.all);
  const now = (run) => value(of(run));
  return frames.data.map((runs) => Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, now(run)])));
}

function themeOf(element) {
  const style = getComputedStyle(element);
  const text = style.getPropertyValue("--st-text-color").trim() || "#1a1c22";
  const paper = style.getPropertyValue("--st-background-color").trim() || "#ffffff";
  const font = style.getPropertyValue("--st-font").trim() || "sans-serif";
  return { text, paper, font, dark: luminance(paper) < 0.4 };
}

const swatch = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

const luminances = new Map();

function luminance(colour) {
  if (!luminances.has(colour)) luminances.set(colour, measuredLuminance(colour));
  return luminances.get(colour);
}

function measuredLuminance(colour) {
  swatch.fillStyle = colour;
  swatch.fillRect(0, 0, 1, 1);
  const [r, g, b] = swatch.getImageData(0, 0, 1, 1).data;
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}

function themed(layout, theme) {
  const line = theme.dark ? "#34363b" : "#e2e4e8";
  const zero = theme.dark ? "#6b6e75" : "#a3a7ae";
  const axis = (a) => ({ gridcolor: line, zerolinecolor: zero, linecolor: zero, tickcolor: zero, ...a });
  const out = { ...layout, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
  out.font = { ...layout.font, color: theme.text, family: theme.font };
  out.hoverlabel = { ...layout.hoverlabel, bgcolor: theme.paper, font: { color: theme.text, family: theme.font } };
  const halo = `0 0 3px ${theme.paper}, 0 0 3px ${theme.paper}, 0 0 3px ${theme.paper}`;
  const haloed = (note) => (note.font?.shadow === "auto" ? { ...note, font: { ...note.font, shadow: halo } } : note);
  if (layout.annotations) out.annotations = layout.annotations.map(haloed);
  for (const key of Object.keys(out)) {
    if (/^[xy]axis\d*$/.test(key)) out[key] = axis(out[key]);
    if (/^scene\d*$/.test(key)) {
      out[key] = { ...out[key] };
      for (const a of ["xaxis", "yaxis", "zaxis"]) {
        out[key][a] = { showbackground: false, ...axis(out[key][a]) };
      }
    }
  }
  return out;
}

/* Plotly does not wrap titles; a finding that is cut off is no finding. */
function wrapped(title, width) {
  const room = Math.max(16, Math.floor((width - 24) / 8.4));
  const lines = [""];
  for (const word of (title?.text ?? "").split(" ")) {
    const line = lines[lines.length - 1];
    if (line && line.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines;
}

/* What a lesson asks of a trace: unseen behind the curtain, pale beside the highlighted one, larger for a projector. */
function directed(trace, { curtain, veil, highlight, scale }) {
  const bare = !trace.name && trace.type === "scatter";
  const named = (words) => words.some((word) => (word ? trace.name?.startsWith(word) : bare));
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
  return out;
}

function enlarged(layout, scale) {
  const larger = (font, size) => ({ ...font, size: (font?.size ?? size) * scale });
  const out = { ...layout, font: larger(layout.font, 14), title: { ...layout.title, font: larger(layout.title?.font, 17) } };
  out.annotations = (layout.annotations ?? []).map((note) => ({ ...note, font: larger(note.font, 14) }));
  out.margin = { ...layout.margin, l: (layout.margin?.l ?? 64) * scale, t: (layout.margin?.t ?? 52) * 1.2 };
  return out;
}

const AT_DESK = { curtain: false, veil: [], highlight: [], act: "", scale: 1 };
const narrow = () => matchMedia("(max-width: 640px)").matches;

class Panel {
  constructor(host, chart) {
    this.chart = chart;
    this.div = document.createElement("div");
    this.div.className = "lab-panel";
    this.div.setAttribute("role", "figure");
    host.appendChild(this.div);
    this.watched = false;
  }

  set({ figure, name, height, grow, least }) {
    this.figure = decoded(figure);
    this.div.setAttribute("aria-label", name);
    this.div.style.height = `${this.chart.room(height)}px`;
    this.div.style.flex = `${grow} 1 ${least}px`;
  }

  get scenes() {
    return Object.keys(this.figure.layout).filter((key) => /^scene\d*$/.test(key));
  }

  camera(scene) {
    return this.div._fullLayout?.[scene]?._scene?.getCamera?.();
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
    const theme = this.chart.theme;
    const { curtain, scale } = this.chart.directions;
    let layout = themed(this.figure.layout, theme);
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
      const camera = this.nextCamera ?? this.camera(scene) ?? this.chart.openingCamera;
      if (camera) layout[scene] = { ...layout[scene], camera };
    }
    this.nextCamera = undefined;
    if (touch() && !this.scenes.length) layout.dragmode = false;
    return layout;
  }

  async draw(Plotly, index) {
    await Plotly.react(this.div, this.traces(index), this.layout(), {
      displayModeBar: false,
      responsive: false,
      scrollZoom: false,
      doubleClick: "reset",
      showTips: false,
    });
    if (!this.watched) this.watch();
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

  async save(Plotly, format, name) {
    const layout = { ...this.div.layout, paper_bgcolor: this.chart.theme.paper };
    const figure = { data: this.div.data, layout };
    const size = { width: this.div.clientWidth, height: this.div.clientHeight };
    await Plotly.downloadImage(figure, { format, filename: name, scale: 2, ...size });
  }
}

class Chart {
  constructor(root) {
    this.root = root;
    this.panels = [];
    this.index = 0;
    this.playing = false;
    this.drawing = false;
    this.directions = AT_DESK;
    this.host = root.querySelector(".lab-panels");
    this.bar = root.querySelector(".lab-bar");
    this.range = root.querySelector("input");
    this.readout = root.querySelector("output");
    this.status = root.querySelector(".lab-status");
    this.wire();
  }

  wire() {
    const on = (selector, act) => this.root.querySelector(selector).addEventListener("click", act);
    on(".lab-play", () => (this.playing ? this.pause() : this.play()));
    on(".lab-back", () => this.step(-1));
    on(".lab-next", () => this.step(1));
    on(".lab-link", () => this.copyLink());
    on(".lab-png", () => this.save("png"));
    on(".lab-svg", () => this.save("svg"));
    on(".lab-slow", (event) => {
      this.slow = !this.slow;
      event.currentTarget.setAttribute("aria-pressed", String(this.slow));
    });
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    this.range.addEventListener("input", () => {
      this.pause();
      this.show(+this.range.value);
    });
    this.resize = new ResizeObserver(() => {
      if (this.source) this.showPicker();
      this.redraw();
    });
    this.resize.observe(this.host);
    /* A colour variable that changes starts a transition: that is how a change of theme is heard. */
    this.probe = this.root.querySelector(".lab-probe");
    this.probe.addEventListener("transitionend", () => this.redraw());
  }

  async update(text, source, tell) {
    this.tell = (kind, what) => kind in source.wants && tell(kind, what);
    this.text = text;
    this.source = source;
    const replay = this.seen && source.directions && source.directions.act !== this.directions.act;
    this.directions = source.directions ?? AT_DESK;
    this.theme = themeOf(this.root);
    this.readFigures();
    const fresh = !this.seen;
    this.openingCamera ??= source.camera;
    if (fresh) this.index = this.indexOf(source.start);
    this.seen = true;
    this.index = Math.min(this.index, this.last);
    if (this.directions.curtain) this.hold();
    this.showBar();
    this.showPicker();
    try {
      this.Plotly = await loadPlotly(source.plotly);
    } catch (error) {
      this.host.textContent = `${error.message}. Reload the page; if it stays empty, the server lacks its chart library.`;
      return;
    }
    this.redraw();
    if (this.directions.curtain || this.last === 0) return;
    if (replay) this.begin();
    else if (fresh && source.autoplay && !still()) this.play();
  }

  hold() {
    this.pause();
    this.index = 0;
  }

  /* From the start, or, where motion is unwanted, at the end. */
  begin() {
    this.show(still() ? this.indexOf(null) : 0);
    if (!still()) this.play();
  }

  /* Space plays, "." and "," step: unless a control has the focus. Only the page's main chart listens. */
  key(event) {
    if (!this.source?.directions || this.directions.curtain || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest?.("input, button, select, textarea, a, summary, [role=slider], [contenteditable=true]")) return;
    const act = { " ": () => (this.playing ? this.pause() : this.play()), ".": () => this.step(1), ",": () => this.step(-1) };
    if (!act[event.key]) return;
    event.preventDefault();
    act[event.key]();
  }

  /* The palette's dark twins replace the light colours as text, so figures know nothing of themes. */
  readFigures() {
    let text = this.text;
    if (this.theme.dark) {
      for (const [light, dark] of Object.entries(this.source.dark)) text = text.replaceAll(light, dark);
    }
    this.paintedDark = this.theme.dark;
    const panels = JSON.parse(text).panels;
    while (this.panels.length > panels.length) this.drop(this.panels.pop());
    while (this.panels.length < panels.length) this.panels.push(new Panel(this.host, this));
    panels.forEach((panel, k) => this.panels[k].set(panel));
  }

  drop(panel) {
    this.Plotly?.purge(panel.div);
    panel.div.remove();
  }

  /* A panel's height: lower on a phone, what is left of the screen on a projector. */
  room(height) {
    if (innerWidth < 640) return Math.min(height, 360);
    if (this.directions.scale === 1) return height;
    return Math.max(360, innerHeight - this.host.getBoundingClientRect().top - 90);
  }

  get values() {
    return this.source.cursor?.values ?? [];
  }

  get last() {
    return Math.max(0, this.values.length - 1);
  }

  indexOf(value) {
    if (value === null || value === undefined) return this.source.cursor?.still ?? this.last;
    let best = 0;
    this.values.forEach((v, k) => {
      if (Math.abs(v - value) < Math.abs(this.values[best] - value)) best = k;
    });
    return best;
  }

  showBar() {
    const cursor = this.source.cursor;
    this.root.querySelector(".lab-time").hidden = !cursor || this.directions.curtain;
    const cameras = this.root.querySelector(".lab-cameras");
    cameras.replaceChildren();
    for (const [name, camera] of Object.entries(this.source.cameras ?? {})) {
      const button = document.createElement("button");
      button.textContent = name;
      button.setAttribute("aria-label", `View: ${name}`);
      button.addEventListener("click", () => this.look(camera));
      cameras.appendChild(button);
    }
    if (!cursor) return;
    this.range.max = String(this.last);
    this.range.setAttribute("aria-label", cursor.label);
    this.showCursor();
  }

  /* A narrow screen shows one picture at a time; these buttons choose which. */
  showPicker() {
    const picker = this.root.querySelector(".lab-pick");
    const several = narrow() && this.panels.length > 1;
    picker.hidden = !several;
    this.chosen = Math.min(this.chosen ?? 0, this.panels.length - 1);
    this.panels.forEach((panel, k) => (panel.div.hidden = several && k !== this.chosen));
    picker.replaceChildren(
      ...this.panels.map((panel, k) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = String(k + 1);
        button.setAttribute("aria-label", `Picture ${k + 1} of ${this.panels.length}`);
        button.setAttribute("aria-pressed", String(k === this.chosen));
        button.addEventListener("click", () => {
          this.chosen = k;
          this.showPicker();
          this.redraw();
        });
        return button;
      }),
    );
  }

  showCursor() {
    const cursor = this.source.cursor;
    if (!cursor) return;
    const words = `${cursor.symbol} = ${cursor.names[this.index]}`;
    this.range.value = String(this.index);
    this.range.setAttribute("aria-valuetext", words);
    this.readout.textContent = words;
  }

  look(camera) {
    for (const panel of this.panels) if (panel.scenes.length) panel.nextCamera = camera;
    this.redraw();
  }

  show(index) {
    this.index = Math.max(0, Math.min(this.last, index));
    this.showCursor();
    this.redraw();
  }

  step(by) {
    this.pause();
    this.show(this.index + by);
  }

  /* One drawing at a time; whatever changed meanwhile is drawn once more at its end. */
  async redraw() {
    if (!this.Plotly || !this.source || !this.root.isConnected) return;
    if (this.drawing) {
      this.again = true;
      return;
    }
    this.drawing = true;
    this.theme = themeOf(this.root);
    if (this.theme.dark !== this.paintedDark) this.readFigures();
    try {
      const seen = this.panels.filter((panel) => !panel.div.hidden);
      await Promise.all(seen.map((panel) => panel.draw(this.Plotly, this.index)));
    } finally {
      this.drawing = false;
      this.root.dataset.drawn = String(1 + Number(this.root.dataset.drawn ?? 0));
    }
    if (this.again) {
      this.again = false;
      await this.redraw();
    }
  }

  play() {
    if (this.last === 0) return;
    if (this.index >= this.last) this.index = 0;
    this.playing = true;
    this.setPlayName();
    let before = performance.now();
    let at = this.index;
    const tick = async (now) => {
      if (!this.playing || !this.root.isConnected) return;
      at += (Math.max(0, now - before) / (PLAY_MS * (this.slow ? 4 : 1))) * this.last;
      before = now;
      const next = Math.min(this.last, Math.floor(at));
      if (next !== this.index) {
        this.index = next;
        this.showCursor();
        await this.redraw();
      }
      if (next >= this.last) this.pause();
      else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  pause() {
    this.playing = false;
    this.setPlayName();
  }

  setPlayName() {
    const button = this.root.querySelector(".lab-play");
    const name = this.playing ? "Pause" : "Play";
    button.setAttribute("aria-label", name);
    button.title = name;
    button.textContent = this.playing ? "❚❚" : "▶";
  }

  link() {
    const url = new URL(location.href);
    if (this.source.cursor) url.searchParams.set("t", Number(this.values[this.index].toPrecision(4)));
    const turned = this.panels.find((panel) => panel.scenes.length);
    const camera = turned?.camera(turned.scenes[0]);
    if (camera) {
      const numbers = [camera.eye, camera.center].flatMap((p) => [p.x, p.y, p.z]);
      url.searchParams.set("cam", numbers.map((v) => Number(v.toFixed(3))).join("_"));
    }
    return url.toString();
  }

  async copyLink() {
    const link = this.link();
    history.replaceState(history.state, "", link);
    try {
      await navigator.clipboard.writeText(link);
      this.say("Link copied: it opens this very picture.");
    } catch {
      this.say(`The address bar now holds the link to this picture.`);
    }
  }

  say(words) {
    this.status.textContent = words;
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => (this.status.textContent = ""), 6000);
  }

  async save(format) {
    for (const [k, panel] of this.panels.entries()) {
      await panel.save(this.Plotly, format, `${this.source.file}-${k + 1}`);
    }
  }

  close() {
    this.pause();
    document.removeEventListener("keydown", this.onKey);
    this.resize.disconnect();
    this.panels.forEach((panel) => this.drop(panel));
    this.panels = [];
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".lab-chart");
  if (!data || !root) return undefined;
  const text = new TextDecoder().decode(data);
  root.__chart ??= new Chart(root);
  root.__chart.update(text, JSON.parse(text), setTriggerValue);
  return () => {
    root.__chart?.close();
    delete root.__chart;
  };
}
