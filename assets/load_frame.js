/* The frame's script is fetched once, from «address». */
const frame = import(new URL("«address»", location.href).href);

export default function () {
  frame.then((script) => script.default());
}
