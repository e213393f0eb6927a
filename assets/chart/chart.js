/* All panels of one chart: what was sent, where the cursor stands, one drawing at a time. */

import { copyLink, save } from "./away.js";
import { showBar, showPicker } from "./bar.js";
import { markShort, narrow, painted, still } from "./device.js";
import { follow } from "./flow.js";
import { listen } from "./keys.js";
import { AT_DESK } from "./lesson.js";
import { loadPlotly } from "./library.js";
import { moved } from "./meanings.js";
import { Network } from "./network.js";
import { Panel } from "./panel.js";
import { Playback } from "./playback.js";
import { crowded } from "./room.js";
import { Story } from "./story.js";
import { heedSwipes } from "./swipe.js";
import { themeOf } from "./theme.js";

const SETTLE_MS = 500;
const ASK_MS = 90;
const LONGEST_ANSWER_MS = 2000;
const RESTING_FRAMES = 40;

export class Chart {
  constructor(root) {
    this.root = root;
    this.panels = [];
    this.index = 0;
    this.drawing = false;
    this.directions = AT_DESK;
    this.host = root.querySelector(".lab-panels");
    this.range = root.querySelector("input");
    this.readout = root.querySelector("output");
    this.status = root.querySelector(".lab-status");
    this.playback = new Playback(this);
    this.network = new Network(this);
    this.story = new Story(this);
    this.wire();
  }

  wire() {
    const on = (selector, act) => this.root.querySelector(selector).addEventListener("click", act);
    on(".lab-back", () => this.step(-1));
    on(".lab-next", () => this.step(1));
    on(".lab-link", () => copyLink(this));
    on(".lab-png", () => save(this, "png"));
    on(".lab-svg", () => save(this, "svg"));
    this.host.addEventListener("click", (event) => this.followLink(event));
    this.deafen = listen(this);
    heedSwipes(this.range, (index) => {
      this.playback.pause();
      this.show(index);
    });
    this.resize = new ResizeObserver(() => {
      if (this.source) {
        this.placeNetwork();
        showPicker(this);
        this.panels.forEach((panel) => panel.fit());
      }
      this.layAnew();
    });
    this.resize.observe(this.host);
    this.shift = new ResizeObserver(() => {
      this.lookAround();
      this.shifted();
    });
    const whole = this.root.closest(".stMainBlockContainer");
    if (whole) this.shift.observe(whole);
    markShort();
    this.main = this.root.closest("[data-testid=stMain]");
    this.scrolled = () => this.shifted();
    this.main?.addEventListener("scroll", this.scrolled, { passive: true });
    this.windowed = () => this.fitWindow();
    addEventListener("resize", this.windowed);
    /* A colour variable that changes starts a transition: that is how a change of theme is heard. */
    this.probe = this.root.querySelector(".lab-probe");
    this.probe.addEventListener("transitionend", () => this.layAnew());
  }

  /* What stands above the picture, or with it, takes room from it; over a slow line it comes later than the picture. */
  lookAround() {
    for (const other of document.querySelectorAll(".st-key-says, .st-key-picture")) {
      if (this.around.has(other)) continue;
      this.around.add(other);
      this.resize.observe(other);
    }
  }

  /* A link to another setting of this very page moves the controls, if the page asked for that; nothing is loaded anew. */
  followLink(event) {
    const link = event.target.closest("a[href]");
    const to = link && new URL(link.href);
    const aside = event.ctrlKey || event.metaKey || event.shiftKey;
    if (!to || aside || !("link" in this.source.wants) || to.pathname !== location.pathname) return;
    event.preventDefault();
    this.count = (this.count ?? 0) + 1;
    this.tell("link", { values: Object.fromEntries(to.searchParams), count: this.count });
  }

  async update(text, source, tell, block = null) {
    this.tell = (kind, what) => kind in source.wants && tell(kind, what);
    Object.assign(this, { text, block });
    this.around = new WeakSet();
    this.lookAround();
    const before = this.source;
    const place = before && this.place();
    this.source = source;
    this.answersHand = Boolean(before) && (source.heard ?? null) !== (before.heard ?? null);
    const replay = before && source.directions && source.directions.act !== this.directions.act;
    this.directions = source.directions ?? AT_DESK;
    this.root.classList.toggle("lab-aside", !source.directions);
    this.story.set(this.directions.story, this.directions.step - 1);
    this.theme = themeOf(this.root);
    this.readFigures();
    this.news = this.answered = true;
    this.openingCamera ??= source.camera;
    if (!before) this.index = this.indexOf(source.start);
    else if (!this.story.steps) this.settle(before, place);
    this.pickAnew();
    if (this.directions.curtain) this.behindCurtain();
    else if (this.veiled) this.liftCurtain();
    showBar(this);
    showPicker(this);
    if (narrow()) this.panels.forEach((panel) => panel.fit());
    if (!before && !window.Plotly) this.outline();
    document.getElementById("lab-first")?.remove();
    try {
      this.Plotly = await loadPlotly(source.plotly);
    } catch (error) {
      this.host.textContent = `${error.message}. Reload the page; if it stays empty, the server lacks its chart library.`;
      return;
    }
    this.redraw();
    if (!before && this.story.steps) this.story.bring("instant");
    if (this.directions.curtain || this.last === 0) return;
    if (replay) this.begin();
    else if (!before && source.autoplay && !still()) this.playback.play();
  }

  outline() {
    this.network.show(this.index);
    this.panels.forEach((panel) => panel.outline(this.index));
  }

  /* Where the cursor stands: at the place the picture opens with, or at a value of the visitor's choice. */
  place() {
    const opening = this.index === this.indexOf(null) && !this.playback.playing;
    return opening ? null : this.values[this.index];
  }

  /* A picture that is asked for as a whole (a preset, a step) opens anew; a moved control keeps cursor, view and, on a phone, the
     picture chosen. */
  settle(before, place) {
    const anew = before.opening !== this.source.opening || before.cursor?.symbol !== this.source.cursor?.symbol;
    if (!anew) {
      this.index = this.indexOf(place);
      return;
    }
    if (before.opening !== this.source.opening) this.chosen = undefined;
    this.playback.pause();
    this.index = this.indexOf(null);
    this.panels.forEach((panel) => panel.resetView());
    this.beside = null;
    for (const words of document.querySelectorAll(".st-key-says")) words.style.minHeight = "";
  }

  /* The moment before anything happens; a narrow screen shows the picture that can be drawn in. */
  behindCurtain() {
    this.playback.pause();
    this.index = 0;
    this.veiled = true;
    const drawn = this.story.only(this.panels).findIndex((panel) => panel.sketch.wanted);
    if (drawn >= 0) this.chosen = drawn;
  }

  /* A phone shows the picture of which another step or question speaks. */
  pickAnew() {
    const { first, directions } = this.source;
    const asked = JSON.stringify([first, directions?.step, directions?.curtain]);
    if (this.spokenOf !== undefined && this.spokenOf !== asked) this.chosen = first;
    this.spokenOf = asked;
  }

  /* Who has drawn nothing sees the picture that the question was about. */
  liftCurtain() {
    this.veiled = false;
    if (!this.panels.some((panel) => panel.sketch.guessed)) this.chosen = this.source.first ?? 0;
  }

  /* A handle is taken: what arrives from before does not pull it out of the hand, and fewer words above move no picture. */
  hold(name) {
    this.held = name;
    for (const words of document.querySelectorAll(".st-key-says")) words.style.minHeight = `${words.offsetHeight}px`;
  }

  /* Clusters are held as a whole, or their points one by one. */
  singly(on) {
    this.single = on;
    this.panels.forEach((panel) => panel.handles.place());
  }

  /* It moved: the closed form tells every curve, or its ghost goes ahead and the server answers as fast as it can. */
  dragged(panel, grip) {
    const { handle, values } = grip;
    if (!this.flow || !handle.flow) {
      this.ask(grip, ASK_MS);
      return;
    }
    Object.assign(this.flow, moved(handle, values));
    const runs = follow(this.flow);
    if (!runs) return;
    this.runs = runs;
    this.redraw();
  }

  letGo(grip) {
    this.held = null;
    this.panels.forEach((panel) => panel.handles.restore(grip));
    this.ask(grip, 0);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.answered || this.putBack(), LONGEST_ANSWER_MS);
  }

  /* No other picture came: what was asked for is refused, or is what there was. The last picture stands. */
  putBack() {
    this.forgetHand();
    this.panels.forEach((panel) => panel.handles.restore(null));
    this.redraw();
  }

  /* One question at a time, and the newest is the next; the last one, on letting go, waits for nothing. */
  ask(grip, wait) {
    clearTimeout(this.asking);
    const now = performance.now();
    const free = wait === 0 || now - (this.asked ?? -Infinity) > LONGEST_ANSWER_MS;
    if (!free && !this.answered) {
      this.asking = setTimeout(() => this.ask(grip, wait), ASK_MS);
      return;
    }
    this.asked = now;
    this.answered = false;
    this.count = (this.count ?? 0) + 1;
    this.tell("drag", { name: grip.handle.name, values: grip.values, count: this.count });
  }

  /* A story's next step: other pictures of the same chart. */
  stepped() {
    showBar(this);
    showPicker(this);
    this.pickNetwork();
    this.panels.forEach((panel) => panel.fit());
    this.layAnew();
  }

  /* From the start, or, where motion is unwanted or would leave what is spoken of, at rest. */
  begin() {
    const rests = still() || this.source.cursor?.replayed === false;
    this.show(rests ? this.indexOf(null) : 0);
    if (!rests) this.playback.play();
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
    while (this.panels.length < panels.length) {
      const panel = new Panel(this.host, this);
      this.panels.push(panel);
      this.resize.observe(panel.plot);
    }
    panels.forEach((panel, k) => this.panels[k].set(panel));
    this.pickNetwork();
    if (this.held) return;
    this.forgetHand();
  }

  /* The picture as it was sent. */
  forgetHand() {
    this.flow = this.source.flow && { ...this.source.flow };
    this.runs = null;
    this.panels.forEach((panel) => panel.letGo());
  }

  /* That of the pictures shown: beside them, or before them. */
  pickNetwork() {
    this.network.set(this.story.only(this.panels).map((panel) => panel.figure.network).find(Boolean));
    this.placeNetwork();
  }

  placeNetwork() {
    const { host, spec } = this.network;
    if (!spec || this.directions.curtain || crowded(this)) host.remove();
    else if (spec.front) this.host.prepend(host);
    else if (this.host.lastChild !== host) this.host.append(host);
  }

  drop(panel) {
    this.resize.unobserve(panel.plot);
    /* Plotly may still be at work on it. */
    Promise.resolve(this.work).catch(() => {}).then(() => this.Plotly?.purge(panel.plot));
    panel.div.remove();
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

  showCursor() {
    const cursor = this.source.cursor;
    if (!cursor) return;
    const words = `${cursor.symbol} = ${cursor.names[this.index]}`;
    const phase = this.panels.map((panel) => panel.phase(this.index)).find(Boolean);
    this.range.value = String(this.index);
    this.range.setAttribute("aria-valuetext", phase ? `${words}, ${phase}` : words);
    this.readout.textContent = words;
  }

  /* One camera for scenes that belong together: the others follow the one that is turned, until it has come to rest. */
  turned(panel, frames = RESTING_FRAMES) {
    const [scene] = panel.scenes;
    const camera = this.source.together && scene && panel.camera(scene);
    if (!camera) return;
    for (const other of this.panels) if (other !== panel && other.scenes.length) other.lookAlike(camera);
    cancelAnimationFrame(this.following);
    if (frames) this.following = requestAnimationFrame(() => this.turned(panel, frames - 1));
  }

  look(camera) {
    for (const panel of this.panels) if (panel.scenes.length) panel.nextCamera = camera;
    this.redraw();
  }

  resetView() {
    this.panels.forEach((panel) => panel.resetView());
    showBar(this);
    this.redraw();
  }

  show(index) {
    this.index = Math.max(0, Math.min(this.last, index));
    this.showCursor();
    this.redraw();
  }

  step(by) {
    this.playback.pause();
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
    try {
      await (this.work = this.drawAll());
    } finally {
      this.drawing = false;
      this.root.dataset.drawn = String(1 + Number(this.root.dataset.drawn ?? 0));
    }
    if (this.again) {
      this.again = false;
      await this.redraw();
    }
  }

  /* What comes later above the picture (words, a class) leaves it less room; what came while it was scrolled, at the top. */
  shifted() {
    const { main } = this;
    if (!this.source || narrow() || !main || main.scrollTop >= 1) return;
    const top = Math.round(this.host.getBoundingClientRect().top);
    if (top === this.stood) return;
    this.stood = top;
    this.panels.forEach((panel) => panel.fit());
    this.layAnew();
  }

  /* Another window's height: on a desk the pictures follow it, and a story's words stay at their step. */
  fitWindow() {
    markShort();
    if (!this.source || narrow()) return;
    this.placeNetwork();
    this.panels.forEach((panel) => panel.fit());
    if (this.story.steps) this.story.bring("instant");
    this.layAnew();
  }

  /* Size or colours may have changed: every layout is made again. */
  layAnew() {
    if (!this.source) return;
    this.theme = themeOf(this.root);
    if (this.theme.dark !== this.paintedDark) this.readFigures();
    this.panels.forEach((panel) => (panel.fresh = true));
    this.redraw();
  }

  /* Pictures of the plane are there a frame sooner than scenes, which take longest. */
  async drawAll() {
    this.network.show(this.index);
    const seen = this.panels.filter((panel) => !panel.div.hidden);
    const scenes = seen.filter((panel) => panel.scenes.length);
    await Promise.all(seen.filter((panel) => !panel.scenes.length).map((panel) => panel.draw(this.Plotly, this.index)));
    if (scenes.length && scenes.length < seen.length && this.news) await painted();
    await Promise.all(scenes.map((panel) => panel.draw(this.Plotly, this.index)));
    this.news = false;
  }

  /* When nothing has come for a while, axes that find their own ranges find them. */
  settleSoon(panel) {
    this.loose = (this.loose ?? new Set()).add(panel);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.loose.forEach((one) => (one.unsettled = true));
      this.loose.clear();
      this.redraw();
    }, SETTLE_MS);
  }

  say(words) {
    this.status.textContent = words;
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => (this.status.textContent = ""), 6000);
  }

  close() {
    for (const timer of [this.settling, this.asking, this.waiting]) clearTimeout(timer);
    cancelAnimationFrame(this.following);
    this.playback.pause();
    this.deafen();
    this.story.close();
    this.resize.disconnect();
    this.shift.disconnect();
    removeEventListener("resize", this.windowed);
    this.main?.removeEventListener("scroll", this.scrolled);
    this.panels.forEach((panel) => this.drop(panel));
    this.panels = [];
    this.network.host.remove();
  }
}
