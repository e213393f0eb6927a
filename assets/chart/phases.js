/* When a run waits, turns and fits (core.figures.phases): shaded spans beneath the curves, the word of now, and where play
   goes slower. Elements beside plotly, so that other phases are no other layout. */

const FEW = 3;
const LETTER = 5.8;
const ROW = 15;
const NEAR = 2;
const SLOWER = 0.3;

/* The words of a moment: one run's own, or each with its mark. */
export function phaseAt(spec, time) {
  if (!spec?.titled || spec.runs.length > FEW) return "";
  const words = spec.runs.map(({ mark, spans }) => {
    const here = spans.find(([, , end]) => time <= end) ?? spans[spans.length - 1];
    return mark ? `${mark} ${here[0]}` : here[0];
  });
  return words.join("  ");
}

/* How fast play goes at place `at` of the cursor: slower where a phase begins or ends. */
export function paceAt(panels, values, at) {
  const near = panels.some(({ figure }) => {
    const runs = figure.phases?.runs ?? [];
    if (!runs.length || runs.length > FEW) return false;
    const [low, high] = [at - NEAR / runs.length, at + NEAR / runs.length].map((k) => valueAt(values, k));
    return runs.some(({ spans }) => spans.some(([, begin]) => begin > low && begin < high));
  });
  return near ? SLOWER : 1;
}

function valueAt(values, k) {
  const at = Math.max(0, Math.min(values.length - 1, k));
  const before = Math.floor(at);
  const after = Math.min(values.length - 1, before + 1);
  return values[before] + (at - before) * (values[after] - values[before]);
}

const tall = (rows) => rows * (rows > FEW ? 6 : ROW);

/* Room under the curves for the words, where the axis has a range of its own. */
export function withFoot(layout, spec) {
  const { yaxis, height, margin } = layout;
  if (!spec?.axis || !yaxis?.range || !height) return layout;
  const foot = tall(spec.runs.length);
  const [low, high] = yaxis.range;
  const share = foot / Math.max(2 * foot, height - margin.t - margin.b - foot);
  return { ...layout, yaxis: { ...yaxis, ...ticksAbove(yaxis, height), range: [low - share * (high - low), high] } };
}

/* No tick stands beside the foot, which is no part of the axis: those of the axis as it was, as many as it has room for. */
const TICK_ROOM = 42;
function ticksAbove({ type = "linear", tickvals, dtick, range: [low, high] }, height) {
  if (type !== "linear" || tickvals) return {};
  const least = ((high - low) * TICK_ROOM) / height;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = dtick ?? [1, 2, 5, 10].map((k) => k * power).find((one) => one >= least);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return { tickmode: "array", tickvals: Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12))) };
}

export class Spans {
  constructor(panel, area) {
    this.panel = panel;
    this.layer = document.createElement("div");
    this.layer.className = "lab-phases";
    this.layer.setAttribute("aria-hidden", "true");
    this.layer.dataset.runs = "0";
    area.prepend(this.layer);
  }

  /* The elements of a figure; `place` says where they stand. */
  show(spec) {
    this.spec = spec?.axis ? spec : null;
    const runs = this.spec?.runs ?? [];
    this.parts = runs.flatMap(({ colour, spans }, row) =>
      spans.map(([word, begin, end]) => {
        const element = document.createElement("span");
        element.dataset.phase = word;
        element.style.setProperty("--phase", colour);
        const quiet = runs.length > 1 && (word === "waits" || word === "rests");
        return { element, word, text: quiet ? "" : word.replace(" and", ","), begin, end, row };
      }),
    );
    this.alone = runs.length === 1;
    this.layer.dataset.runs = String(runs.length);
    this.layer.replaceChildren(...this.parts.map(({ element }) => element));
  }

  place() {
    const { chart } = this.panel;
    const full = this.panel.plot._fullLayout;
    this.layer.hidden = !this.spec || !full?.xaxis || chart.directions.curtain || Boolean(chart.runs);
    if (this.layer.hidden) return;
    const { _size: size, xaxis } = full;
    const high = size.t + size.h;
    const rows = this.spec.runs.length;
    const height = this.alone ? size.h : tall(rows) / rows;
    const pixel = (value) => {
      const at = value > 0 || xaxis.type !== "log" ? xaxis.c2p(value) : 0;
      return Math.min(size.w, Math.max(0, Number.isFinite(at) ? at : 0));
    };
    for (const part of this.parts) {
      const { element, text, begin, end, row } = part;
      const [left, right] = [pixel(begin), pixel(end)];
      element.hidden = right - left < 1;
      Object.assign(element.style, {
        left: `${(size.l + left).toFixed(1)}px`,
        width: `${(right - left).toFixed(1)}px`,
        top: `${(high - (this.alone ? height : height * (rows - row))).toFixed(1)}px`,
        height: `${height.toFixed(1)}px`,
      });
      Object.assign(part, { left, right });
      element.textContent = right - left > LETTER * text.length && height >= ROW ? text : "";
    }
    if (this.alone) this.nameNarrow(size.w);
  }

  /* A word wider than its span goes beyond it, where no other stands: what happens before what waits or rests. */
  nameNarrow(whole) {
    const rank = ({ text, left, right }) => (/turns|fits/.test(text) ? 0 : whole) - (right - left);
    const taken = [];
    for (const part of this.parts.filter(({ element }) => !element.hidden).sort((one, two) => rank(one) - rank(two))) {
      const half = (LETTER * part.text.length) / 2 + 2;
      const middle = (part.left + part.right) / 2;
      const free = middle >= half && middle <= whole - half && taken.every(([at, by]) => Math.abs(at - middle) > half + by);
      if (free) taken.push([middle, half]);
      part.element.textContent = free ? part.text : "";
    }
  }

  /* The same as shapes, for a file. */
  shapes() {
    const full = this.panel.plot._fullLayout;
    if (!this.spec || this.layer.hidden || !full?.xaxis) return [];
    const low = full.xaxis.type === "log" ? 10 ** Math.min(...full.xaxis.range) : -Infinity;
    const strength = { turns: 0.16, fits: 0.08, "turns and fits": 0.24 };
    const height = this.alone ? 1 : 0.05;
    const under = this.spec.runs.length - 1;
    return this.parts.filter(({ word, end }) => word in strength && end > low).map(({ element, word, begin, end, row }) => ({
      type: "rect", xref: "x", yref: "paper", x0: Math.max(begin, low), x1: end,
      y0: height * (under - row), y1: height * (under - row + 1),
      fillcolor: element.style.getPropertyValue("--phase"), opacity: strength[word], line: { width: 0 }, layer: "below",
    }));
  }
}
