/* What is taken away: the link to this very picture, and the picture as PNG or SVG, as it is seen. */

import { narrow } from "./device.js";
import { download, pictureFile } from "./saved.js";

export function linkTo(chart) {
  const url = new URL(chart.source.link ?? location.href);
  const own = chart.source.directions || chart.source.link;
  if (chart.source.cursor && own) url.searchParams.set("t", Number(chart.values[chart.index].toPrecision(4)));
  const scene = chart.panels.find((panel) => panel.scenes.length);
  const camera = scene?.camera(scene.scenes[0]);
  if (camera) {
    const numbers = [camera.eye, camera.center].flatMap((p) => [p.x, p.y, p.z]);
    url.searchParams.set("cam", numbers.map((v) => Number(v.toFixed(3))).join("_"));
  }
  if (narrow() && own && !chart.story.steps) {
    if (chart.chosen === (chart.source.first ?? 0)) url.searchParams.delete("pic");
    else url.searchParams.set("pic", chart.chosen + 1);
  }
  return url.toString();
}

export async function copyLink(chart) {
  const link = linkTo(chart);
  const elsewhere = Boolean(chart.source.link);
  if (!elsewhere) history.replaceState(history.state, "", link);
  try {
    await navigator.clipboard.writeText(link);
    chart.say("Link copied: it opens this very picture.");
  } catch {
    chart.say(elsewhere ? link : "The address bar now holds the link to this picture.");
  }
}

export async function save(chart, format) {
  for (const [k, panel] of chart.panels.entries()) {
    if (panel.div.hidden) continue;
    download(await pictureFile(chart, panel, format), `${chart.source.file}-${k + 1}.${format}`);
  }
}
