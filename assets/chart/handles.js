/* Points of a picture that can be taken hold of: elements over plotly, by mouse, finger and keyboard.

   A handle (core.figures.handles) is {name, label, kind, …}: "polar" a point of the plane by direction and size, "along" a
   value along one axis, "pair" a value on each axis, "equivalents" the start on its hyperbola in space, "time" the cursor. */

import { split } from "./closed_form.js";

const KEYS_REST_MS = 250;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

const clamp = (value, { low, high }) => Math.min(high, Math.max(low, value));
const snapped = (value, knob) => {
  if (knob.grid) return knob.grid.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best));
  const digits = Math.max(0, Math.ceil(-Math.log10(knob.step)));
  return Number(clamp(Math.round(value / knob.step) * knob.step, knob).toFixed(digits));
};
const spelled = (value) => (typeof value === "string" ? value : String(Number(value.toPrecision(6))).replace("-", "−"));
const around = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;
/* The same direction, as near as can be to the middle of what is allowed: beyond an end one stays at that end. */
const wrapped = (degrees, { low, high }) => (high - low < 360 ? degrees : around(degrees));
const within = (degrees, { low, high }) => (low + high) / 2 + around(degrees - (low + high) / 2);

/* What each kind knows: where its values stand, which values a point means, what an arrow does. */
const MEANINGS = {
  polar: {
    point: ({ angle, norm }, values) => {
      const turn = ((angle.offset + angle.side * (values[angle.field] ?? angle.fixed)) * Math.PI) / 180;
      const size = norm.field ? values[norm.field] : norm.fixed;
      return [size * Math.cos(turn), size * Math.sin(turn)];
    },
    values: (handle, [x, y]) => {
      const { angle, norm } = handle;
      const degrees = within(angle.side * ((Math.atan2(y, x) * 180) / Math.PI - angle.offset), angle);
      const out = { [angle.field]: snapped(degrees, angle) };
      if (norm.field) out[norm.field] = snapped(Math.hypot(x, y), norm);
      return out;
    },
    stepped: ({ angle, norm }, values, [dx, dy]) => {
      const out = { ...values };
      if (dx) out[angle.field] = snapped(wrapped(values[angle.field] + dx * angle.step, angle), angle);
      if (dy && norm.field) out[norm.field] = snapped(values[norm.field] + dy * norm.step, norm);
      return out;
    },
    main: ({ angle }) => angle,
  },
  along: {
    point: ({ axis, at, knob, offset }, values) => {
      const value = values[knob.field] + offset;
      return axis === "x" ? [value, at] : [at, value];
    },
    values: ({ axis, knob, offset }, [x, y]) => ({ [knob.field]: snapped((axis === "x" ? x : y) - offset, knob) }),
    stepped: ({ knob }, values, [dx, dy]) => ({ [knob.field]: snapped(values[knob.field] + (dx || dy) * knob.step, knob) }),
    main: ({ knob }) => knob,
  },
  pair: {
    point: ({ x, y }, values) => [x.log ? Math.log10(values[x.field]) : values[x.field], values[y.field]],
    values: ({ x, y }, [px, py]) => ({ [x.field]: snapped(x.log ? 10 ** px : px, x), [y.field]: snapped(py, y) }),
    stepped: ({ x, y }, values, [dx, dy]) => {
      const moved = (knob, by) => {
        const value = values[knob.field];
        if (!by || !knob.grid) return by ? snapped(value + by * knob.step, knob) : value;
        const at = knob.grid.indexOf(snapped(value, knob)) + by;
        return knob.grid[Math.min(knob.grid.length - 1, Math.max(0, at))];
      };
      return { [x.field]: moved(x, dx), [y.field]: moved(y, dy) };
    },
    main: ({ y }) => y,
  },
  unrolled: {
    point: ({ angle, size, delta, upper }, values) => {
      const kappa = Math.hypot(delta, 2 * values[size.field]);
      const turn = around(values[angle.field] + (upper ? 0 : 180));
      return [turn < -90 ? turn + 360 : turn, (upper ? 1 : -1) * Math.sqrt((kappa + delta) / 2)];
    },
    values: (handle, [theta, a]) => {
      const { angle, size, side, delta } = handle;
      handle.upper = a >= 0;
      const length = Math.abs(a) * Math.sqrt(Math.max(0, a * a - delta));
      const turn = around(theta + (handle.upper ? 0 : 180));
      return { [angle.field]: snapped(turn, angle), [size.field]: snapped(length, size), [side]: handle.upper ? "upper" : "lower" };
    },
    stepped: ({ angle, size }, values, [dx, dy]) => ({
      [angle.field]: snapped(around(values[angle.field] + dx * angle.step), angle),
      [size.field]: snapped(values[size.field] + dy * size.step, size),
    }),
    main: ({ angle }) => angle,
    told: ({ angle, size, side, upper }, values) => {
      const turn = (values[angle.field] * Math.PI) / 180;
      const above = side in values ? values[side] === "upper" : upper;
      return { beta_0: [-values[size.field] * Math.sin(turn), values[size.field] * Math.cos(turn)], sign: above ? 1 : -1 };
    },
  },
  equivalents: {
    stepped: ({ knob }, values, [dx, dy]) => ({ [knob.field]: snapped(values[knob.field] + (dx || dy) * knob.step, knob) }),
    main: ({ knob }) => knob,
    told: ({ knob, apart }, values) => {
      const delta = values[knob.field];
      const far = Math.max(Math.abs(delta), apart);
      return { deltas: apart ? [-far, 0, far] : [delta] };
    },
  },
};

/* What of the flow a handle moves, and to what. */
export function moved(handle, values) {
  const { told, point } = MEANINGS[handle.kind];
  return told ? told(handle, values) : { [handle.flow]: point(handle, values) };
}

/* A point (w₁, w₂, a) of a scene in pixels of its picture. */
function onScreen(scene, point) {
  const { model, view, projection } = scene.glplot.cameraParams;
  let v = [...point.map((x, k) => x * scene.dataScale[k]), 1];
  for (const m of [model, view, projection]) {
    v = [0, 1, 2, 3].map((i) => m[i] * v[0] + m[4 + i] * v[1] + m[8 + i] * v[2] + m[12 + i] * v[3]);
  }
  const { width, height } = scene.glplot.canvas.getBoundingClientRect();
  return [((1 + v[0] / v[3]) / 2) * width, ((1 - v[1] / v[3]) / 2) * height];
}

export class Handles {
  constructor(panel, area) {
    this.panel = panel;
    this.layer = document.createElement("div");
    this.layer.className = "lab-handles";
    area.append(this.layer);
    this.grips = [];
  }

  get chart() {
    return this.panel.chart;
  }

  get full() {
    return this.panel.plot._fullLayout;
  }

  /* The handles of a new figure; the elements stay, so that one keeps the focus while its picture is sent anew. */
  show(handles) {
    while (this.grips.length > handles.length) this.grips.pop().element.remove();
    handles.forEach((handle, k) => {
      this.grips[k] ??= this.made();
      const grip = this.grips[k];
      grip.handle = handle;
      grip.element.dataset.handle = handle.name;
      grip.element.setAttribute("aria-label", handle.label);
      grip.element.classList.toggle("lab-upright", handle.kind === "time");
      grip.element.style.setProperty("--grip", handle.colour ?? "currentColor");
      if (!this.chart.held) grip.values = { ...handle.values };
      this.tell(grip);
    });
  }

  /* Back to what the picture was drawn with, but for the one that was just let go of. */
  restore(but) {
    for (const grip of this.grips) {
      if (grip === but) continue;
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
    const main = MEANINGS[handle.kind].main(handle);
    const texts = Object.entries(grip.values).map(([field, value]) => `${handle.words[field] ?? field} ${spelled(value)}`);
    const words = { min: main.low, max: main.high, now: grip.values[main.field], text: texts.join(", ") };
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
    return [full.xaxis._offset + full.xaxis.l2p(x), full.yaxis._offset + full.yaxis.l2p(y)];
  }

  place() {
    if (!this.full) return;
    const { width, height } = this.full;
    for (const grip of this.grips) {
      const at = this.at(grip);
      const inside = at && at.every(Number.isFinite) && at[0] > -8 && at[0] < width + 8 && at[1] > -8 && at[1] < height + 8;
      grip.element.hidden = !inside;
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

  take(grip, event) {
    if (event.button) return;
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
    const point = [full.xaxis.p2l(x - full.xaxis._offset), full.yaxis.p2l(y - full.yaxis._offset)];
    return MEANINGS[handle.kind].values(handle, point, values);
  }

  move(grip, values) {
    if (grip.handle.kind === "time") {
      this.chart.show(values);
      return;
    }
    grip.values = { ...grip.values, ...values };
    this.tell(grip);
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
