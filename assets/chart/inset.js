/* The neurons of a cell of the map that is rested on, playing in a corner of its picture. The file is fetched once, when
   first asked for (core.training.regime_map.insets says what it holds). */

import { still } from "./device.js";

const SIZE = 132;
const PLAY_FOR_MS = 2600;
const REST_FOR_MS = 900;

const nearest = (axis, value) => axis.reduce((best, one, k) => (Math.abs(one - value) < Math.abs(axis[best] - value) ? k : best), 0);

export class Inset {
  constructor(area, colours) {
    this.colours = colours;
    this.box = document.createElement("div");
    this.box.className = "lab-inset";
    this.box.setAttribute("aria-hidden", "true");
    this.canvas = document.createElement("canvas");
    this.words = document.createElement("span");
    this.box.append(this.canvas, this.words);
    this.box.hidden = true;
    area.append(this.box);
  }

  async fetched(url) {
    this.file ??= fetch(url).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))));
    const file = await this.file;
    file.values ??= new Int8Array(Uint8Array.from(atob(file.neurons), (letter) => letter.charCodeAt(0)).buffer);
    return file;
  }

  /* The cell nearest to (τ, δ); `right`: the picture's right half is free. */
  async show(url, tau, delta, right) {
    const asked = (this.asked = {});
    let file;
    try {
      file = await this.fetched(url);
    } catch {
      return;
    }
    if (this.asked !== asked) return;
    const cell = [nearest(file.tau.map(Math.log), Math.log(tau)), nearest(file.delta, delta)];
    this.box.classList.toggle("lab-right", right);
    this.box.hidden = false;
    if (String(cell) === String(this.cell)) return;
    this.cell = cell;
    const spelled = (value) => String(Number(value.toPrecision(2))).replace("-", "−");
    this.words.textContent = `τ ${spelled(file.tau[cell[0]])}, δ ${spelled(file.delta[cell[1]])}: with two inputs`;
    this.play(file, cell);
  }

  hide() {
    this.asked = null;
    this.cell = null;
    this.box.hidden = true;
    cancelAnimationFrame(this.frame);
  }

  play(file, cell) {
    cancelAnimationFrame(this.frame);
    const last = file.shape[2] - 1;
    if (still()) {
      this.draw(file, cell, last);
      return;
    }
    const begun = performance.now();
    const tick = (now) => {
      if (!this.box.isConnected || this.box.hidden) return;
      const passed = Math.max(0, now - begun) % (PLAY_FOR_MS + REST_FOR_MS);
      this.draw(file, cell, Math.min(last, (passed / PLAY_FOR_MS) * last));
      this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  /* Moment `at`, between two of those kept. */
  draw(file, [i, j], at) {
    const [, deltas, moments, count] = file.shape;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = this.canvas.height = SIZE * ratio;
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const middle = SIZE / 2;
    const place = (value) => middle + (value / 127) * (middle - 8);
    const base = (i * deltas + j) * moments;
    const value = (k, neuron, axis) => file.values[((base + k) * count + neuron) * 2 + axis];
    const before = Math.floor(at);
    const after = Math.min(moments - 1, before + 1);
    const between = (neuron, axis) => value(before, neuron, axis) + (at - before) * (value(after, neuron, axis) - value(before, neuron, axis));
    pen.setLineDash([3, 3]);
    for (const [x, y, sign] of file.teacher) {
      pen.strokeStyle = sign > 0 ? this.colours.positive : this.colours.negative;
      pen.beginPath();
      pen.moveTo(middle, middle);
      pen.lineTo(middle + x * middle, middle - y * middle);
      pen.stroke();
    }
    pen.setLineDash([]);
    for (let neuron = 0; neuron < count; neuron++) {
      pen.strokeStyle = pen.fillStyle = file.signs[neuron] > 0 ? this.colours.positive : this.colours.negative;
      pen.globalAlpha = 0.45;
      pen.beginPath();
      for (let k = 0; k <= before; k++) pen.lineTo(place(value(k, neuron, 0)), SIZE - place(value(k, neuron, 1)));
      const [x, y] = [place(between(neuron, 0)), SIZE - place(between(neuron, 1))];
      pen.lineTo(x, y);
      pen.stroke();
      pen.globalAlpha = 1;
      pen.beginPath();
      pen.arc(x, y, 2.2, 0, 7);
      pen.fill();
    }
  }
}
