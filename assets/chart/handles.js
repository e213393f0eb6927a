/* Points of a picture that can be taken hold of: elements over plotly, by mouse, finger and keyboard. What kinds
   there are and what they mean is told by meanings.js. */

import { split } from "./closed_form.js";
import { MEANINGS, singled, snapped, spelled } from "./meanings.js";
import { onScreen } from "./view.js";

const KEYS_REST_MS = 250;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

export class Handles {
  constructor(panel, area) {
    this.panel = panel;
    this.layer = document.createElement("div");
    this.layer.className = "lab-handles";
    this.single = document.createElement("button");
    this.single.type = "button";
    this.single.className = "lab-single";
    this.single.textContent = "single points";
    this.single.addEventListener("click", () => this.chart.singly(!this.chart.single));
    area.before(this.single);
    area.append(this.layer);
    this.grips = [];
  }

  /* Of many data one is reached by Tab, the others from there by Page Up and Page Down. */
  reached(handles) {
    const own = handles.filter(({ kind }) => kind === "entry").map(({ index }) => index);
    return own.includes(this.last) ? this.last : own[0];
  }

  go(grip, by) {
    const own = this.grips.filter((one) => one.handle.kind === "entry" && !one.element.hidden);
    const next = own[(own.indexOf(grip) + by + own.length) % own.length];
    this.last = next.handle.index;
    for (const one of own) one.element.tabIndex = one === next ? 0 : -1;
    next.element.focus({ preventScroll: true });
  }

  /* Which of many data is meant: that whose middle is the nearest. */
  nearest(event) {
    const far = ({ element }) => {
      const box = element.getBoundingClientRect();
      return Math.hypot(box.x + box.width / 2 - event.clientX, box.y + box.height / 2 - event.clientY);
    };
    return this.grips
      .filter((one) => one.handle.kind === "entry" && !one.element.hidden)
      .reduce((best, one) => (far(one) < far(best) ? one : best));
  }

  get chart() {
    return this.panel.chart;
  }

  get full() {
    return this.panel.plot._fullLayout;
  }

  /* The handles of a new figure; the elements stay, so that one keeps the focus while its picture is sent anew. */
  show(given) {
    const handles = given.flatMap(singled);
    this.single.hidden = !handles.some(({ kind }) => kind === "entry");
    while (this.grips.length > handles.length) this.grips.pop().element.remove();
    handles.forEach((handle, k) => {
      this.grips[k] ??= this.made();
      const grip = this.grips[k];
      grip.handle = handle;
      grip.element.dataset.handle = handle.name;
      grip.element.setAttribute("aria-label", handle.label);
      grip.element.classList.toggle("lab-upright", handle.kind === "time");
      grip.element.classList.toggle("lab-one", handle.kind === "entry");
      grip.element.tabIndex = handle.kind === "entry" && handle.index !== this.reached(handles) ? -1 : 0;
      grip.element.style.setProperty("--grip", handle.colour ?? "currentColor");
      if (!this.chart.held) grip.values = { ...handle.values };
      this.tell(grip);
    });
  }

  /* Back to what the picture was drawn with, but for the one that was just let go of. */
  restore(but) {
    for (const grip of this.grips) {
      if (grip === but || (but?.handle.kind === "entry" && grip.handle.kind === "entry")) continue;
      grip.values = { ...grip.handle.values };
      this.tell(grip);
    }
    this.place();
  }

  made() {
    const element = document.createElement("div");
    element.className = "lab-handle";
    element.tabIndex = 0;
    element.setAttribute("role", "slider");
    this.layer.append(element);
    const grip = { element };
    element.addEventListener("pointerdown", (event) => this.take(grip, event));
    element.addEventListener("pointermove", (event) => this.pull(grip, event));
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => this.release(grip));
    element.addEventListener("keydown", (event) => this.key(grip, event));
    element.addEventListener("focus", () => this.rest(grip));
    element.addEventListener("blur", () => this.panel.inset?.hide());
    return grip;
  }

  tell(grip) {
    const { element, handle } = grip;
    if (handle.kind === "time") {
      const { cursor } = this.chart.source;
      const words = { min: 0, max: this.chart.last, now: this.chart.index, text: `${cursor.symbol} = ${cursor.names[this.chart.index]}` };
      for (const [key, value] of Object.entries(words)) element.setAttribute(`aria-value${key}`, value);
      return;
    }
    const { main: mainOf, said } = MEANINGS[handle.kind];
    const main = mainOf(handle);
    const texts = Object.entries(grip.values).map(([field, value]) => `${handle.words[field] ?? field} ${spelled(value)}`);
    const words = { min: main.low, max: main.high, now: grip.values[main.field], text: texts.join(", "), ...said?.(handle, grip.values) };
    for (const [key, value] of Object.entries(words)) element.setAttribute(`aria-value${key}`, value);
  }

  /* Where the handle stands, in pixels of the picture; null where it is out of sight. */
  at({ handle, values, held }) {
    const { full } = this;
    if (handle.kind === "time") {
      const value = Math.max(this.chart.values[this.chart.index], handle.earliest ?? -Infinity);
      return [full.xaxis._offset + full.xaxis.c2p(value), full._size.t + 14];
    }
    if (handle.kind === "equivalents") {
      const scene = full.scene?._scene;
      const { flow } = this.chart;
      const delta = handle.apart && !held ? flow.deltas[handle.run] : values[handle.knob.field];
      const start = scene?.dataScale && split(flow.beta_0, delta, flow);
      return start ? onScreen(scene, [...start.w, start.a]) : null;
    }
    const [x, y] = MEANINGS[handle.kind].point(handle, values);
    const upright = full[handle.upright ?? "yaxis"];
    return [full.xaxis._offset + full.xaxis.l2p(x), upright._offset + upright.l2p(y)];
  }

  place() {
    if (!this.full) return;
    const { width, height } = this.full;
    this.single.setAttribute("aria-pressed", String(Boolean(this.chart.single)));
    for (const grip of this.grips) {
      const at = this.at(grip);
      const inside = at && at.every(Number.isFinite) && at[0] > -8 && at[0] < width + 8 && at[1] > -8 && at[1] < height + 8;
      grip.element.hidden = !inside || (this.chart.directions.curtain && grip.handle.kind === "time") || (grip.handle.kind === "entry" ? !this.chart.single : this.chart.single && Boolean(grip.handle.whole));
      if (inside) grip.element.style.transform = `translate(${at[0].toFixed(1)}px, ${at[1].toFixed(1)}px)`;
      if (grip.handle.kind === "time") this.tell(grip);
    }
  }

  /* A pair on a map shows what it stands for. */
  rest({ handle, values }) {
    if (handle.kind !== "pair") return;
    const [x, y] = MEANINGS.pair.point(handle, values);
    this.panel.rest({ x, y });
  }

  take(touched, event) {
    if (event.button) return;
    const grip = touched.handle.kind === "entry" ? this.nearest(event) : touched;
    event.preventDefault();
    event.stopPropagation();
    grip.element.focus({ preventScroll: true });
    grip.element.setPointerCapture(event.pointerId);
    const box = this.layer.getBoundingClientRect();
    const at = this.at(grip);
    grip.off = [event.clientX - box.left - at[0], event.clientY - box.top - at[1]];
    this.chart.hold(grip.handle.name);
    this.chart.playback.pause();
    grip.held = true;
  }

  pull(grip, event) {
    if (!grip.held) return;
    const box = this.layer.getBoundingClientRect();
    const x = event.clientX - box.left - grip.off[0];
    const y = event.clientY - box.top - grip.off[1];
    this.move(grip, this.meant(grip, x, y));
  }

  /* The values that a point of the picture means. */
  meant({ handle, values }, x, y) {
    const { full } = this;
    if (handle.kind === "time") return this.chart.indexOf(full.xaxis.p2c(x - full.xaxis._offset));
    if (handle.kind === "equivalents") {
      const { low, high, step, field } = handle.knob;
      const scene = full.scene._scene;
      let best = [Infinity, values[field]];
      for (let k = 0; k <= 240; k++) {
        const delta = Math.sinh(Math.asinh(low) + (k / 240) * (Math.asinh(high) - Math.asinh(low)));
        const start = split(this.chart.flow.beta_0, delta, this.chart.flow);
        const [px, py] = start ? onScreen(scene, [...start.w, start.a]) : [Infinity, Infinity];
        const far = Math.hypot(px - x, py - y);
        if (far < best[0]) best = [far, delta];
      }
      return { [field]: snapped(best[1], { low, high, step }) };
    }
    const upright = full[handle.upright ?? "yaxis"];
    const point = [full.xaxis.p2l(x - full.xaxis._offset), upright.p2l(y - upright._offset)];
    return MEANINGS[handle.kind].values(handle, point, values);
  }

  move(grip, values) {
    if (grip.handle.kind === "time") {
      this.chart.show(values);
      return;
    }
    const one = grip.handle.kind === "entry";
    for (const other of one ? this.chart.panels.flatMap((panel) => panel.handles.grips) : [grip]) {
      if (one && other.handle.kind !== "entry") continue;
      other.values = { ...other.values, ...values };
      this.tell(other);
    }
    this.place();
    this.rest(grip);
    this.chart.dragged(this.panel, grip);
  }

  release(grip) {
    if (!grip.held) return;
    grip.held = false;
    this.chart.letGo(grip);
  }

  key(grip, event) {
    const page = { PageUp: -1, PageDown: 1 }[event.key];
    if (page && grip.handle.kind === "entry") {
      event.preventDefault();
      event.stopPropagation();
      this.go(grip, page);
      return;
    }
    const arrow = ARROWS[event.key];
    if (!arrow || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const by = arrow.map((one) => one * (event.shiftKey ? 10 : 1));
    if (grip.handle.kind === "time") {
      this.chart.step(by[0] + by[1]);
      return;
    }
    this.chart.hold(grip.handle.name);
    this.move(grip, MEANINGS[grip.handle.kind].stepped(grip.handle, grip.values, by));
    clearTimeout(grip.resting);
    grip.resting = setTimeout(() => this.chart.letGo(grip), KEYS_REST_MS);
  }
}
