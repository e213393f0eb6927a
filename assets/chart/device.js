/* What the visitor's device and wishes are. */

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
/* A phone, upright or on its side, or a page magnified on a small screen; the style sheets ask the same. Larger text alone
   leaves the window as it is, but not its room. */
const SMALL = "(max-width: 640px), (max-width: 900px) and (max-height: 560px)";
const ROOM_OF_TEXT = 900;
const LARGER = 1.2;
let larger;
const readText = () => (larger = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16);
addEventListener("resize", () => (larger = undefined));
export function narrow() {
  if (matchMedia(SMALL).matches) return true;
  const factor = larger ?? readText();
  return factor > LARGER && innerWidth / factor < ROOM_OF_TEXT;
}

/* On its side the picture stands beside words and controls; the style sheets ask the same. */
const ON_SIDE = "(min-width: 641px) and (max-width: 900px) and (max-height: 560px)";
export const onSide = () => matchMedia(ON_SIDE).matches;

/* A low upright screen, or larger text on any: the picture stands before the words (page.css), or they would leave it none. */
const LOW = 740;
export function markShort() {
  const short = narrow() && !onSide() && (innerHeight < LOW || (larger ?? readText()) > LARGER);
  document.documentElement.classList.toggle("lab-short", short);
}

let webgl;
export function hasWebGL() {
  webgl ??= !!document.createElement("canvas").getContext("webgl");
  return webgl;
}

export const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;
let ratio;

/* Pixels of a scene to one of the screen: two smooth its edges, which a machine that draws without a GPU cannot afford. */
export function pixelRatio() {
  if (ratio === undefined) {
    const gl = document.createElement("canvas").getContext("webgl");
    const info = gl?.getExtension("WEBGL_debug_renderer_info");
    ratio = info && SOFTWARE.test(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) ? 1 : 2;
    gl?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return ratio;
}
