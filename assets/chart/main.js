/* The chart component: one or more Plotly panels that share a time cursor.
   Called again with each new data on the same element; the camera and the cursor survive. */

import { Chart } from "./chart.js";
import { isPacked, opened, lengthened } from "./frames.js";

/* What each chart was told last: where a clock has changed nothing, no more than that is sent. */
const lastTold = new Map();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".lab-chart");
  if (!data || !root) return undefined;
  const turn = (root.__turn = {});
  const draw = (message) => {
    if (root.__turn !== turn) return;
    const { text, block } = opened(message);
    const told = JSON.parse(text);
    if (told.same) {
      if (!root.__chart && lastTold.has(told.same)) draw(lastTold.get(told.same));
      return;
    }
    lastTold.set(told.file, message);
    root.__chart ??= new Chart(root);
    root.__chart.update(text, told, setTriggerValue, block);
  };
  if (isPacked(data)) lengthened(data).then(draw);
  else draw(data);
  return () => {
    root.__turn = null;
    root.__chart?.close();
    delete root.__chart;
  };
}
