/* A lesson told as a story: the pictures stand, the words move past them, and where they stand says which step is shown
   and how far it has come. Nothing is asked of the server. */

import { narrow, still } from "./device.js";

const WHOLE = 0.5;
const SETTLES_MS = 900;
const LATE_MS = 150;
const ARROWS_OWN = "input, textarea, select, [role=slider], [role=radiogroup], [role=tablist], [contenteditable=true]";

const mainOf = (element) => element.closest("[data-testid=stMain]");

export class Story {
  constructor(chart) {
    this.chart = chart;
    this.nav = chart.root.querySelector(".lab-story");
    this.nav.querySelector(".lab-story-back").addEventListener("click", () => this.go(this.at - 1));
    this.nav.querySelector(".lab-story-next").addEventListener("click", () => this.go(this.at + 1));
    this.heard = (event) => this.key(event);
    this.moved = () => this.scrolled();
  }

  /* What is told here, if anything; the step that the link asks for opens. */
  set(steps, opening) {
    const before = this.steps;
    this.steps = steps;
    this.nav.hidden = !steps;
    this.chart.root.classList.toggle("lab-telling", Boolean(steps));
    if (Boolean(before) !== Boolean(steps)) this.listen(steps ? "addEventListener" : "removeEventListener");
    if (!steps) return;
    if (!before || this.opening !== opening) this.at = opening;
    this.opening = opening;
    this.stand();
  }

  listen(how) {
    document[how]("keydown", this.heard);
    (this.main ??= mainOf(this.chart.root))?.[how]("scroll", this.moved, { passive: true });
  }

  /* The panels of this step, of all panels or of what belongs to each; behind the curtain those of a picture to draw in. */
  only(panels) {
    const { curtain, sketch } = this.chart.directions;
    const kept = this.steps ? this.steps[this.at].panels : curtain && sketch?.panels;
    return kept ? panels.filter((_, k) => kept.includes(k)) : panels;
  }

  get blocks() {
    return this.steps.map((_, k) => document.querySelector(`.st-key-told_${k + 1}`)).filter(Boolean);
  }

  /* Where the eye reads: in the middle of what is left beside, or below, the picture. */
  get line() {
    const top = narrow() ? this.chart.root.getBoundingClientRect().bottom : 0;
    return (top + innerHeight) / 2;
  }

  /* Cursor, highlight and words of the step that stands here. */
  stand() {
    const { cursor, highlight } = this.steps[this.at];
    this.chart.source.cursor = cursor;
    this.chart.directions = { ...this.chart.directions, highlight };
    this.nav.querySelector("output").textContent = `${this.at + 1} of ${this.steps.length}`;
    this.nav.querySelector(".lab-story-back").disabled = this.at === 0;
    const last = this.at === this.steps.length - 1;
    this.nav.querySelector(".lab-story-next").textContent = (last && this.onward?.textContent) || "Next";
    this.blocks.forEach((block, k) => block.classList.toggle("lab-told", k === this.at));
    clearTimeout(this.late);
    if (this.blocks.length < this.steps.length) this.late = setTimeout(() => this.joined(), LATE_MS);
  }

  /* Words come after their pictures. */
  joined() {
    if (!this.steps) return;
    this.stand();
    this.bring("instant");
  }

  get onward() {
    return document.querySelector(".st-key-step_onward button");
  }

  turn(at, index) {
    const { chart } = this;
    this.at = at;
    chart.playback.pause();
    this.stand();
    chart.index = still() ? chart.indexOf(null) : index(chart);
    const here = new URL(location.href);
    here.searchParams.set("step", at + 1);
    here.searchParams.delete("t");
    history.replaceState(history.state, "", here);
    dispatchEvent(new Event("lab-step"));
    chart.stepped();
  }

  /* To a step by button, key or link: its words come to the eye, its picture plays. */
  go(to, how = still() ? "instant" : "smooth") {
    if (to >= this.steps.length) this.onward?.click();
    if (to < 0 || to >= this.steps.length) return;
    this.quiet = performance.now() + (how === "smooth" ? SETTLES_MS : 100);
    if (to !== this.at) this.turn(to, () => 0);
    this.bring(how);
    if (!still()) this.chart.begin();
  }

  /* On a projector the words of the step stand alone, beside the picture. */
  bring(behavior) {
    if (this.chart.directions.scale > 1) {
      this.main?.scrollTo(0, 0);
      return;
    }
    const box = this.blocks[this.at]?.getBoundingClientRect();
    if (box && this.main) this.main.scrollBy({ top: (box.top + box.bottom) / 2 - this.line, behavior });
  }

  /* Where the address names no step any more, the story has been left and its page is about to change. */
  scrolled() {
    if (!new URLSearchParams(location.search).has("step")) return;
    if (performance.now() < (this.quiet ?? 0) || !this.chart.Plotly || this.chart.directions.scale > 1) return;
    const { line, chart } = this;
    const boxes = this.blocks.map((block) => block.getBoundingClientRect());
    const here = Math.max(0, boxes.findLastIndex(({ top }) => top <= line));
    if (here !== this.at) this.turn(here, here < this.at ? () => chart.last : () => 0);
    if (still() || chart.playback.playing) return;
    const come = (line - boxes[here].top) / (WHOLE * boxes[here].height);
    const index = Math.round(Math.min(1, Math.max(0, come)) * chart.last);
    if (index > chart.index) chart.show(index);
  }

  key(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.(ARROWS_OWN)) return;
    event.preventDefault();
    this.go(this.at + by);
  }

  close() {
    clearTimeout(this.late);
    if (this.steps) this.listen("removeEventListener");
  }
}
