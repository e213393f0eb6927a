/* What a scene costs while something moves. plotly.js draws each of its frames twice, once for the eye and once to find
   what is under the pointer, and divides every surface into at least 120 × 120 pieces. Here the second drawing waits until
   all rests, and without a GPU a surface has the pieces it was sent with. */

import { pixelRatio } from "./device.js";
import { scenesOf } from "./view.js";

const REST_MS = 300;

/* Drawn at once; what is under the pointer is found out anew when nothing has moved for a while. */
export function drawQuietly(scene) {
  const { glplot } = scene;
  for (const object of glplot.objects) object.dirty = false;
  glplot.redraw();
  clearTimeout(scene.resting);
  scene.resting = setTimeout(() => glplot.update(), REST_MS);
}

/* Surfaces as they were sent, where each piece costs the processor's time. */
export function leaveCoarse(div) {
  if (pixelRatio() > 1) return;
  for (const trace of scenesOf(div).flatMap((scene) => Object.values(scene.traces))) {
    if (!trace.refineData) continue;
    Object.assign(trace, { refineData: false, dataScaleX: 1, dataScaleY: 1 });
    trace.update(trace.data);
  }
}
