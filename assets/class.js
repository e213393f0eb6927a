/* A class's part in the browser. A button that sends the picture on is about to be pressed: say where the cursor stands. A story
   is turned without the server: the speaker's window learns of its step from here. A link to go to is followed once. Where the
   browser keeps no cookies the tab's own name keeps who this phone is: it outlives a reload, and no link carries it. */

const SENDERS = ".st-key-class_here, .st-key-class_mine, .st-key-class_goal";

function cursorPlace() {
  for (const root of document.querySelectorAll(".lab-chart")) {
    const chart = root.__chart;
    if (chart?.source?.directions && chart.source.cursor) return Number(chart.values[chart.index].toPrecision(4));
  }
  return null;
}

const OWN_NAME = /^lab_phone=([\w-]{22})$/;

function keepWord(word, tell) {
  if (!word) return;
  const before = window.name.match(OWN_NAME)?.[1];
  if (!before) window.name = `lab_phone=${word}`;
  else if (before !== word) tell(before);
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
  keepWord(data?.word, (before) => setStateValue("word", before));
  addEventListener("lab-step", tellStep);
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, tell, true);
  return () => {
    removeEventListener("lab-step", tellStep);
    for (const kind of ["pointerdown", "keydown"]) document.removeEventListener(kind, tell, true);
  };
}
