/* A class's part in the browser. A button that sends the picture on is about to be pressed: say where the cursor stands. A story
   is turned without the server: the speaker's window learns of its step from here. A link to go to is followed once. */

const SENDERS = ".st-key-class_here, .st-key-class_mine, .st-key-class_goal";

function cursorPlace() {
  for (const root of document.querySelectorAll(".lab-chart")) {
    const chart = root.__chart;
    if (chart?.source?.directions && chart.source.cursor) return Number(chart.values[chart.index].toPrecision(4));
  }
  return null;
}

export default function ({ data, setStateValue, parentElement }) {
  if (data?.go) {
    location.replace(data.go);
    return undefined;
  }
  const tell = (event) => {
    if (!event.target.closest?.(SENDERS)) return;
    const place = cursorPlace();
    if (parentElement.dataset.t !== String(place)) setStateValue("t", place);
    parentElement.dataset.t = String(place);
  };
  const tellStep = () => {
    const step = new URLSearchParams(location.search).get("step") ?? "";
    if (data?.leads && parentElement.dataset.step !== step) setStateValue("step", step);
    parentElement.dataset.step = step;
  };
  tellStep();
  addEventListener("lab-step", tellStep);
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, tell, true);
  return () => {
    removeEventListener("lab-step", tellStep);
    for (const kind of ["pointerdown", "keydown"]) document.removeEventListener(kind, tell, true);
  };
}
