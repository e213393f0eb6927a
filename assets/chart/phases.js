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
    const height = this.alone ? size.h : rows > FEW ? 6 : ROW;
    const pixel = (value) => {
      const at = value > 0 || xaxis.type !== "log" ? xaxis.c2p(value) : 0;
      return Math.min(size.w, Math.max(0, Number.isFinite(at) ? at : 0));
    };
    for (const { element, text, begin, end, row } of this.parts) {
      const [left, right] = [pixel(begin), pixel(end)];
      element.hidden = right - left < 1;
      Object.assign(element.style, {
        left: `${(size.l + left).toFixed(1)}px`,
        width: `${(right - left).toFixed(1)}px`,
        top: `${(high - (this.alone ? height : height * (rows - row))).toFixed(1)}px`,
        height: `${height.toFixed(1)}px`,
      });
      const fits = right - left > LETTER * text.length;
      element.classList.toggle("lab-narrow", this.alone && !fits);
      element.textContent = fits ? (height >= ROW ? text : "") : this.alone && right - left > ROW ? text : "";
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
