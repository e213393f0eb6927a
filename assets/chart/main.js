/* The chart component: one or more Plotly panels that share a time cursor.
   Called again with each new data on the same element; the camera and the cursor survive. */

import { Chart } from "./chart.js";
import { isPlain, opened } from "./parcel.js";

/* What each chart was told last: where a clock has changed nothing, no more than that is sent. */
const lately = new Map();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".lab-chart");
  if (!data || !root) return undefined;
  const turn = (root.__turn = {});
  const draw = (text) => {
    if (root.__turn !== turn) return;
    const told = JSON.parse(text);
    if (told.same) {
      if (!root.__chart && lately.has(told.same)) draw(lately.get(told.same));
      return;
    }
    lately.set(told.file, text);
    root.__chart ??= new Chart(root);
    root.__chart.update(text, told, setTriggerValue);
  };
  if (isPlain(data)) draw(new TextDecoder().decode(data));
  else opened(data).then(draw);
  return () => {
    root.__turn = null;
    root.__chart?.close();
    delete root.__chart;
  };
}
