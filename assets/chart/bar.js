/* The bar below the pictures: the cursor, the views of a scene, and on a narrow screen the choice of a picture. */

import { narrow } from "./device.js";

function button(text, act, { label = text, pressed } = {}) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  if (pressed !== undefined) made.setAttribute("aria-pressed", String(pressed));
  made.addEventListener("click", act);
  return made;
}

/* With a sign that stands for its words where room is short. */
function signed(made, path) {
  const words = made.textContent;
  made.innerHTML = `<svg class="lab-icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg><span></span>`;
  made.lastChild.textContent = words;
  return made;
}

export function showBar(chart) {
  const cursor = chart.source.cursor;
  chart.root.querySelector(".lab-time").hidden = !cursor || chart.directions.curtain;
  showViews(chart);
  if (!cursor) return;
  chart.range.max = String(chart.last);
  chart.range.setAttribute("aria-label", cursor.label);
  chart.showCursor();
}

/* Where a view can be turned, or was kept after a drag, the way back is in sight. */
function showViews(chart) {
  const turns = chart.panels.some((panel) => panel.moves);
  const named = turns ? Object.entries(chart.source.cameras ?? {}) : [];
  const wanted = JSON.stringify([turns, named.map(([name]) => name)]);
  const views = chart.root.querySelector(".lab-cameras");
  if (views.dataset.shown === wanted) return;
  views.dataset.shown = wanted;
  const buttons = named.map(([name, camera]) => button(name, () => chart.look(camera), { label: `View: ${name}` }));
  if (turns) buttons.push(signed(button("Reset view", () => chart.resetView()), "M4 4v6h6M4.6 14a8 8 0 1 0 1.2-6.6L4 10"));
  views.replaceChildren(...buttons);
}

/* A narrow screen shows one picture at a time; these buttons, named as the pictures are, choose which. */
export function showPicker(chart) {
  const picker = chart.root.querySelector(".lab-pick");
  const { network } = chart;
  const panels = chart.story.only(chart.panels);
  chart.panels.forEach((panel) => (panel.div.hidden = true));
  network.host.hidden = false;
  const tapped = network.host.isConnected && !network.spec.front;
  const items = tapped ? [...panels, { div: network.host, short: "network" }] : panels;
  const count = items.length;
  const several = narrow() && count > 1;
  picker.hidden = !several;
  chart.chosen = Math.min(chart.chosen ?? chart.source.picture ?? chart.source.first ?? 0, count - 1);
  items.forEach((panel, k) => (panel.div.hidden = several && k !== chart.chosen));
  const choose = (k) => () => {
    chart.chosen = k;
    showPicker(chart);
    chart.redraw();
  };
  const one = (panel, k) => {
    const label = panel.div === network.host ? "network" : `${panel.short}, picture ${k + 1} of ${panels.length}`;
    return button(panel.short, choose(k), { label, pressed: k === chart.chosen });
  };
  picker.replaceChildren(...items.map(one));
  if (!several) return;
  const { offsetLeft, offsetWidth } = picker.children[chart.chosen];
  const over = offsetLeft - picker.offsetLeft + offsetWidth - picker.clientWidth;
  picker.scrollLeft = Math.max(over, Math.min(picker.scrollLeft, offsetLeft - picker.offsetLeft));
}
