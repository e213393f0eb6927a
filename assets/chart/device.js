/* What the visitor's device and wishes are. */

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
export const narrow = () => matchMedia("(max-width: 640px)").matches;

let webgl;
export function hasWebGL() {
  webgl ??= !!document.createElement("canvas").getContext("webgl");
  return webgl;
}
