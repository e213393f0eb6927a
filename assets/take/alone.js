/* A page that stands alone: the pictures of one page, or the steps of one lesson, without a server. The chart is the very
   one of the laboratory. What is shown is given by whoever made the document (`window.labGiven`), or lies packed in it. */

import { Chart } from "../chart/chart.js";

const OLD = "This browser is too old to unpack this page. Any browser since 2023 can: Chrome, Edge, Firefox or Safari 16.4.";
const byId = (id) => document.getElementById(id);

/* base64 of gzip, in a script element that the browser does not run. */
async function unpacked(id) {
  const bytes = Uint8Array.from(atob(byId(id).textContent.trim()), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

async function fromThisFile() {
  const script = document.createElement("script");
  script.textContent = await unpacked("lab-plotly");
  document.head.append(script);
  return { scenes: JSON.parse(await unpacked("lab-scenes")), view: JSON.parse(byId("lab-view").textContent) };
}

class Scenes {
  constructor({ scenes, view }) {
    this.scenes = scenes;
    this.view = view;
    this.root = document.querySelector(".lab-chart");
    this.chart = this.root.__chart = new Chart(this.root);
    if (scenes.length > 1) this.wire();
    this.show(0);
  }

  wire() {
    byId("steps").hidden = false;
    byId("back").addEventListener("click", () => this.show(this.at - 1));
    byId("next").addEventListener("click", () => this.show(this.at + 1));
    document.addEventListener("keydown", (event) => {
      if (event.target.closest?.("input, button, a") && event.target.id !== "next" && event.target.id !== "back") return;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === "ArrowRight") this.show(this.at + 1);
      if (event.key === "ArrowLeft") this.show(this.at - 1);
    });
  }

  show(k) {
    const scene = this.scenes[k];
    if (!scene) return;
    this.at = k;
    byId("says").innerHTML = scene.words;
    if (this.scenes.length > 1) {
      byId("which").textContent = `${k + 1} of ${this.scenes.length}`;
      byId("back").disabled = k === 0;
      byId("next").disabled = k === this.scenes.length - 1;
    }
    const source = JSON.parse(scene.told);
    document.documentElement.dataset.labHome = source.link ?? "";
    const { t = null, cam = null } = this.scenes.length > 1 ? {} : this.view;
    const opening = { start: t, camera: cam, autoplay: source.autoplay && t === null };
    this.chart.update(scene.told, { ...source, ...opening }, () => {}, scene.block);
  }
}

async function begin() {
  const given = window.labGiven ?? (await fromThisFile());
  const dark = given.view.dark ?? matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  for (const [name, colour] of Object.entries(given.view.colours ?? {})) document.documentElement.style.setProperty(name, colour);
  new Scenes(given);
}

begin().catch((error) => {
  byId("says").textContent = typeof DecompressionStream === "undefined" ? OLD : `This page could not be shown: ${error.message}`;
});
