/* The speaker's window: where the projector's window of this browser stands, what to say, what comes next, and the time.
   The two speak over a channel of the browser; no server is asked. */

const CHANNEL = "lab lesson";

const minutes = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

const BEGUN = "lab lesson begun";
const GONE_MS = 1500;

function heading(text) {
  const made = document.createElement("h3");
  made.textContent = text;
  return made;
}

/* The words are the laboratory's own, made into HTML by its server. */
function said(html) {
  const made = document.createElement("div");
  made.innerHTML = html;
  return made;
}

const stepWords = (step, before = "") => (step ? [heading(before + step.name), ...step.words.map(said)] : []);

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".lab-speaker");
  if (!root || root.__listens) return undefined;
  root.__listens = true;
  const part = (name) => root.querySelector(`.lab-${name}`);
  const channel = new BroadcastChannel(CHANNEL);
  let begun = Number(sessionStorage.getItem(BEGUN)) || Date.now();
  const begin = (at) => sessionStorage.setItem(BEGUN, String((begun = at)));
  begin(begun);
  const clock = setInterval(() => (root.querySelector("output").textContent = minutes(Date.now() - begun)), 500);
  let gone = 0;
  const show = ({ stem, step }) => {
    const at = data.findIndex((one) => one.stem === stem && one.number === step);
    const [now, next] = at < 0 ? [] : data.slice(at, at + 2);
    part("where").textContent = now ? `${now.page}, step ${step}` : "Open a step in this browser’s other window.";
    part("now").replaceChildren(...stepWords(now));
    part("then").replaceChildren(...stepWords(next, "Then: "));
    for (const turn of ["before", "after"]) part(turn).disabled = !now || (turn === "after" ? !next : step === 1);
  };
  /* Between two pages a window stands at no step for a moment. */
  channel.onmessage = ({ data: told }) => {
    if (told.stem === undefined) return;
    clearTimeout(gone);
    gone = setTimeout(() => show(told), told.step ? 0 : GONE_MS);
  };
  part("again").onclick = () => begin(Date.now());
  part("before").onclick = () => channel.postMessage({ turn: "step_back" });
  part("after").onclick = () => channel.postMessage({ turn: "step_next" });
  show({});
  channel.postMessage({ ask: true });
  return () => {
    clearInterval(clock);
    clearTimeout(gone);
    channel.close();
  };
}
