/* The tools of the take-away: one file from the server, with the view put in here; a film and figures from what is seen. */

import { download } from "../chart/saved.js";
import { film, SIZES } from "./film.js";
import { paper, WIDTHS } from "./paper.js";

const hero = () => [...document.querySelectorAll(".lab-chart")].map((root) => root.__chart).find((chart) => chart?.source?.directions);

const megabytes = (size) => `${(size / 1e6).toFixed(size < 1e6 ? 2 : 1)} MB`;

/* The colours of the page as it is seen, by the variables that carry them. */
const COLOURED = ["text-color", "background-color", "secondary-background-color", "border-color", "primary-color"].map((name) => `--st-${name}`);
export function coloursOf(chart) {
  const style = getComputedStyle(chart.root);
  const colours = Object.fromEntries(COLOURED.map((name) => [name, style.getPropertyValue(name).trim()]));
  return { dark: chart.theme.dark, colours };
}

/* What a file has to keep of the moment: the cursor's value, the camera, the colours. */
export function viewOf(chart) {
  const scene = chart.panels.find((panel) => panel.scenes.length);
  const camera = scene?.camera(scene.scenes[0]);
  return {
    t: chart.source.cursor ? chart.values[chart.index] : undefined,
    cam: camera ? { eye: camera.eye, center: camera.center, up: camera.up } : undefined,
    ...coloursOf(chart),
  };
}

class Take {
  constructor(root) {
    this.root = root;
    this.count = 0;
    this.of = (selector) => root.querySelector(selector);
    for (const button of root.querySelectorAll("[data-make]")) button.addEventListener("click", () => this.ask(button.dataset.make));
    for (const button of root.querySelectorAll("[data-film]")) button.addEventListener("click", () => this.record(button.dataset.film));
    this.of(".lab-cancel").addEventListener("click", () => this.stop?.abort());
    this.of(".lab-paper").addEventListener("click", () => this.print());
    const options = (table) => Object.entries(table).map(([key, { name }]) => new Option(name, key));
    this.of(".lab-size").replaceChildren(...options(SIZES));
    this.of(".lab-width").replaceChildren(...options(WIDTHS));
    this.of(".lab-which").addEventListener("pointerdown", () => this.offerPictures());
    this.of(".lab-which").addEventListener("focus", () => this.offerPictures());
  }

  set(data, tell) {
    this.data = data;
    this.tell = tell;
    this.of("[data-make=lesson]").hidden = !data.lesson;
    this.offerPictures();
    if (data.file && data.file.count === this.count && this.waiting) this.receive(data.file);
  }

  /* The pictures of the page as it is now, all or one of them; the choice stays as long as it exists. */
  offerPictures() {
    const shorts = hero()?.panels.map((panel) => panel.short) ?? [];
    const mark = JSON.stringify(shorts);
    if (mark === this.offered) return;
    this.offered = mark;
    const select = this.of(".lab-which");
    const before = select.value;
    const each = shorts.length > 1 ? shorts.map((short, k) => new Option(short, String(k))) : [];
    select.replaceChildren(new Option(shorts.length > 1 ? `all ${shorts.length}` : (shorts[0] ?? "the picture"), "all"), ...each);
    if ([...select.options].some((option) => option.value === before)) select.value = before;
  }

  say(words) {
    this.of(".lab-take-status").textContent = words;
  }

  ask(what) {
    this.count += 1;
    this.waiting = true;
    this.say("Making the file …");
    this.tell("make", { what, count: this.count });
  }

  receive({ what, name, text, refused }) {
    this.waiting = false;
    if (refused) {
      this.say(refused);
      return;
    }
    const chart = hero();
    const view = chart ? (what === "lesson" ? coloursOf(chart) : viewOf(chart)) : {};
    const kept = JSON.stringify(view).replaceAll("<", "\\u003c");
    const marked = text.replace('<script id="lab-view" type="application/json">{}', () => `<script id="lab-view" type="application/json">${kept}`);
    const file = new Blob([marked], { type: "text/html" });
    download(file, name);
    this.say(`${name}, ${megabytes(file.size)}: open it from any disk.`);
  }

  which() {
    const value = this.of(".lab-which").value;
    return value === "all" ? null : Number(value);
  }

  busy(on) {
    this.of(".lab-cancel").hidden = this.of("progress").hidden = !on;
    for (const button of this.root.querySelectorAll("[data-film], .lab-paper")) button.disabled = on;
  }

  async record(kind) {
    const chart = hero();
    if (!chart || chart.last === 0) {
      this.say("Nothing moves here: this page has no time cursor now.");
      return;
    }
    this.stop = new AbortController();
    this.busy(true);
    const began = performance.now();
    const progress = (share, words) => {
      this.of("progress").value = share;
      this.say(words);
    };
    try {
      const given = { kind, view: coloursOf(chart), size: this.of(".lab-size").value, which: this.which(), data: this.data, signal: this.stop.signal, progress };
      const made = await film(chart, given);
      const name = `${this.data.stem}.${kind}`;
      download(made, name);
      this.say(`${name}, ${megabytes(made.size)}, made in ${((performance.now() - began) / 1000).toFixed(0)} s.`);
    } catch (error) {
      this.say(this.stop.signal.aborted ? "Cancelled." : `The film could not be made: ${error.message}`);
    } finally {
      this.busy(false);
    }
  }

  async print() {
    const chart = hero();
    if (!chart) return;
    this.busy(true);
    try {
      const file = await paper(chart, { width: this.of(".lab-width").value, which: this.which(), data: this.data });
      download(file, `${this.data.stem}-${this.of(".lab-width").value}.svg`);
      this.say(`${this.data.stem}-${this.of(".lab-width").value}.svg, ${megabytes(file.size)}; its caption stands in its description.`);
    } catch (error) {
      this.say(`The figure could not be made: ${error.message}`);
    } finally {
      this.busy(false);
    }
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".lab-take");
  if (!data || !root) return;
  root.__take ??= new Take(root);
  root.__take.set(JSON.parse(new TextDecoder().decode(data)), setTriggerValue);
}
