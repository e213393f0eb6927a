/* The view of a scene: how it stands now, how a hand turns it, and the way back. */

export const sceneNames = (layout) => Object.keys(layout ?? {}).filter((key) => /^scene\d*$/.test(key));

export const scenesOf = (div) => sceneNames(div._fullLayout).map((key) => div._fullLayout[key]._scene).filter(Boolean);

/* The camera of one scene as it is seen, which layout does not always know. */
export const cameraOf = (div, scene) => div._fullLayout?.[scene]?._scene?.getCamera?.();

/* A point (x, y, z) of a scene in pixels of its picture. */
export function onScreen(scene, point) {
  const { model, view, projection } = scene.glplot.cameraParams;
  let v = [...point.map((x, k) => x * scene.dataScale[k]), 1];
  for (const m of [model, view, projection]) {
    v = [0, 1, 2, 3].map((i) => m[i] * v[0] + m[4 + i] * v[1] + m[8 + i] * v[2] + m[12 + i] * v[3]);
  }
  const { container } = scene;
  const { width, height } = scene.glplot.canvas.getBoundingClientRect();
  return [container.offsetLeft + ((1 + v[0] / v[3]) / 2) * width, container.offsetTop + ((1 - v[1] / v[3]) / 2) * height];
}

const show = (scene, camera) => scene.setViewport({ camera, aspectratio: scene.fullSceneLayout.aspectratio });

/* Every scene of a picture by this camera, without drawing it anew. */
export const lookAt = (div, camera) => scenesOf(div).forEach((scene) => show(scene, camera));

/* The layout with the cameras that are seen. */
export function asSeen(div) {
  const layout = { ...div.layout };
  for (const name of sceneNames(layout)) {
    const camera = cameraOf(div, name);
    if (camera) layout[name] = { ...layout[name], camera };
  }
  return layout;
}

/* Plotly remembers the range that an axis of fixed aspect was first given, and would stay there when another is sent. */
export function forgetRanges(div) {
  for (const [key, axis] of Object.entries(div._fullLayout ?? {})) {
    if (/^[xy]axis\d*$/.test(key)) axis._inputRange = axis._inputDomain = null;
  }
}

/* The eye carried round the centre by so many radians, and towards it by a factor. */
export function turned(camera, sideways, upwards, nearer = 1) {
  const { eye, center } = camera;
  const [x, y, z] = ["x", "y", "z"].map((k) => eye[k] - center[k]);
  const far = Math.hypot(x, y, z);
  const azimuth = Math.atan2(y, x) - sideways;
  const height = Math.min(1.5, Math.max(-1.5, Math.asin(z / far) + upwards));
  const radius = Math.min(6, Math.max(0.4, far / nearer));
  const flat = radius * Math.cos(height);
  const at = [flat * Math.cos(azimuth), flat * Math.sin(azimuth), radius * Math.sin(height)];
  return { ...camera, eye: { x: center.x + at[0], y: center.y + at[1], z: center.z + at[2] } };
}

/* Two fingers turn the scenes of this panel and pinch them; one finger, or a wheel, is the page's, which scrolls. */
export function twoFingers(div) {
  let before = null;
  const between = ([a, b]) => ({
    x: (a.clientX + b.clientX) / 2,
    y: (a.clientY + b.clientY) / 2,
    gap: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
  });
  const touched = (event) => {
    const scenes = scenesOf(div);
    if (!scenes.length) return;
    event.stopPropagation();
    if (event.touches.length !== 2) {
      before = null;
      return;
    }
    event.preventDefault();
    const now = between(event.touches);
    for (const scene of before ? scenes : []) {
      const turn = Math.PI / Math.max(200, div.clientWidth);
      const nearer = before.gap > 20 ? now.gap / before.gap : 1;
      const camera = turned(scene.getCamera(), (now.x - before.x) * turn, (now.y - before.y) * turn, nearer);
      show(scene, camera);
      div.emit?.("plotly_relayouting", {});
    }
    before = now;
  };
  for (const kind of ["touchstart", "touchmove", "touchend", "touchcancel"]) {
    div.addEventListener(kind, touched, { capture: true, passive: false });
  }
  /* plotly takes the wheel over a scene even where it zooms nothing; it is the page's. */
  div.addEventListener("wheel", (event) => event.stopPropagation(), { capture: true, passive: true });
}

/* A cube as large as its panel has room for, its axes and their names included: plotly draws it in proportion to the height
   of the panel and nearer than `away` larger, so a low one leaves room beside it and a narrow one above. */
const CUBE = { across: 0.74, high: 0.7, away: 2.8, least: 0.7, most: 1.35 };
const NAMES = { beside: 44, above: 62 };
const EQUAL = { x: 1, y: 1, z: 1 };
export function sized(scene, width = 420, height = 340) {
  const sides = scene.aspectmode === "cube" ? EQUAL : scene.aspectratio;
  if (!sides) return scene;
  const fits = Math.min((width - NAMES.beside) / (CUBE.across * height), (height - NAMES.above) / (CUBE.high * height));
  const { x, y, z } = scene.camera?.eye ?? { x: CUBE.away, y: 0, z: 0 };
  const side = Math.min(CUBE.most, Math.max(CUBE.least, fits)) * (Math.hypot(x, y, z) / CUBE.away);
  return { ...scene, aspectmode: "manual", aspectratio: { x: side * sides.x, y: side * sides.y, z: side * sides.z } };
}
