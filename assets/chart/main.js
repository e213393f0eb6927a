/* The chart component: one or more Plotly panels that share a time cursor.
   Called again with each new data on the same element; the camera and the cursor survive. */

import { Chart } from "./chart.js";
import { checksum, isPacked, lengthened, opened } from "./frames.js";

/* What each chart was told last: where a clock has changed nothing, no more than that is sent. A browser under load is given only
   the last of messages that come together, which may be a "same" of what it never got: it asks for that. */
const lastTold = new Map();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".lab-chart");
  if (!data || !root) return undefined;
  root.__left = false;
  const draw = (message) => {
    if (root.__left) return;
    const { text, block } = opened(message);
    const told = JSON.parse(text);
    if (told.same) {
      const last = lastTold.get(told.same);
      if (!last || checksum(last) !== told.mark) setTriggerValue("anew", true);
      else if (!root.__chart) draw(last);
      return;
    }
    lastTold.set(told.file, message);
    root.__chart ??= new Chart(root);
    root.__chart.update(text, told, setTriggerValue, block);
  };
  inTurn(root, data, draw);
  return () => {
    root.__left = true;
    root.__chart?.close();
    delete root.__chart;
  };
}

/* One message after the other: what is still being unpacked is drawn before the next is looked at. */
function inTurn(root, data, draw) {
  if (!isPacked(data) && !root.__coming) {
    draw(data);
    return;
  }
  const coming = Promise.all([isPacked(data) ? lengthened(data) : data, root.__coming]).then(([message]) => draw(message));
  root.__coming = coming;
  coming.finally(() => {
    if (root.__coming === coming) root.__coming = null;
  });
}
