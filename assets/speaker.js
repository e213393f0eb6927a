/* The speaker's window: where the projector's window of this browser stands, what to say, what comes next, and the time.
   The two speak over a channel of the browser; no server is asked. */

const CHANNEL = "lab lesson";

const minutes = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

function paragraph(text, heading) {
  const made = document.createElement(heading ? "h3" : "p");
  made.textContent = text;
  return made;
}

function stepWords(step) {
  return step ? [paragraph(step.name, true), ...step.words.map((text) => paragraph(text, false))] : [];
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".lab-speaker");
  if (!root || root.__listens) return undefined;
  root.__listens = true;
  const part = (name) => root.querySelector(`.lab-${name}`);
  const channel = new BroadcastChannel(CHANNEL);
  let begun = Date.now();
  const clock = setInterval(() => (root.querySelector("output").textContent = minutes(Date.now() - begun)), 500);
  const show = ({ stem, step }) => {
    const at = data.findIndex((one) => one.stem === stem && one.number === step);
    part("where").textContent = at < 0 ? "Open a step in this browser’s other window." : `${data[at].page}, step ${step}`;
    part("now").replaceChildren(...stepWords(data[at]));
    part("then").replaceChildren(...(data[at + 1] && at >= 0 ? [paragraph("Then", false), ...stepWords(data[at + 1])] : []));
  };
  channel.onmessage = ({ data: said }) => said.stem !== undefined && show(said);
  part("again").onclick = () => (begun = Date.now());
  part("before").onclick = () => channel.postMessage({ turn: "step_back" });
  part("after").onclick = () => channel.postMessage({ turn: "step_next" });
  show({});
  channel.postMessage({ ask: true });
  return () => {
    clearInterval(clock);
    channel.close();
  };
}
