/* Playback of the cursor: from where it stands to the end, in a fixed time, or four times slower; slower also where a phase
   begins. */

import { paceAt } from "./phases.js";

const PLAY_MS = 4500;

export class Playback {
  constructor(chart) {
    this.chart = chart;
    this.playing = false;
    this.slow = false;
    this.button = chart.root.querySelector(".lab-play");
    this.button.addEventListener("click", () => this.toggle());
    chart.root.querySelector(".lab-slow").addEventListener("click", (event) => {
      this.slow = !this.slow;
      event.currentTarget.setAttribute("aria-pressed", String(this.slow));
    });
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    const { chart } = this;
    if (chart.last === 0) return;
    if (chart.index >= chart.last) chart.index = 0;
    this.playing = true;
    this.name();
    let before = performance.now();
    let at = chart.index;
    const tick = async (now) => {
      if (!this.playing || !chart.root.isConnected) return;
      at += (Math.max(0, now - before) / PLAY_MS) * this.pace(at) * chart.last;
      before = now;
      const next = Math.min(chart.last, Math.floor(at));
      if (next !== chart.index) {
        chart.index = next;
        chart.showCursor();
        await chart.redraw();
      }
      if (next >= chart.last) this.pause();
      else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  /* How fast it goes at place `at` of the cursor; 1 is the usual pace. */
  pace(at) {
    return paceAt(this.chart.panels, this.chart.values, at) / (this.slow ? 4 : 1);
  }

  pause() {
    this.playing = false;
    this.name();
  }

  name() {
    const name = this.playing ? "Pause" : "Play";
    this.button.setAttribute("aria-label", name);
    this.button.title = name;
    this.button.textContent = this.playing ? "❚❚" : "▶";
  }
}
