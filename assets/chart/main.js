/* The chart component: one or more Plotly panels that share a time cursor.
   Called again with each new data on the same element; the camera and the cursor survive. */

import { Chart } from "./chart.js";
import { opened } from "./frames.js";

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".lab-chart");
  if (!data || !root) return undefined;
  const { text, block } = opened(data);
  root.__chart ??= new Chart(root);
  root.__chart.update(text, JSON.parse(text), setTriggerValue, block);
  return () => {
    root.__chart?.close();
    delete root.__chart;
  };
}
