/* Loaded with the page itself, not over the websocket: says so when no websocket comes about, takes the page's first
   drawing away where no picture does, and loads the page anew where nothing is left of it. */

const PATIENCE_MS = 12000;
const LOOK_MS = 500;
const WORDS =
  "This page works over a WebSocket, and none has come about so far. Networks of schools and firms sometimes block them: " +
  `ask the administrator to allow WebSockets to ${location.host} (path /_stcore/stream). ` +
  "The page goes on by itself as soon as it is connected.";

const connected = () => document.querySelector("[data-testid=stApp]")?.dataset.testConnectionState === "CONNECTED";

const DRAWING_MS = 4000;

let waited = 0;
let worded = 0;
let note = null;

function liftDrawing() {
  const words = document.querySelector("[data-testid=stMain] h1, [data-testid=stException]");
  worded = words ? worded + LOOK_MS : 0;
  if (worded > DRAWING_MS) document.getElementById("lab-first")?.remove();
}

/* A message whose predecessors were lost with a connection makes Streamlit throw the page away, or end its connection for ever.
   The address says all of it. */
const GONE_MS = 1500;

let stood = false;
let gone = 0;

function rise() {
  const app = document.querySelector("[data-testid=stApp]");
  const stands = app !== null && app.dataset.testConnectionState !== "DISCONNECTED_FOREVER";
  stood ||= connected();
  gone = stood && !stands ? gone + LOOK_MS : 0;
  if (gone >= GONE_MS) location.reload();
}

setInterval(() => {
  liftDrawing();
  rise();
  waited = connected() ? 0 : waited + LOOK_MS;
  if (waited < PATIENCE_MS) {
    note?.remove();
    note = null;
    return;
  }
  if (note) return;
  note = document.createElement("div");
  note.id = "lab-no-websocket";
  note.setAttribute("role", "alert");
  note.textContent = WORDS;
  note.style.cssText =
    "position:fixed;inset:auto 1rem 1rem;z-index:999999;max-width:46rem;margin:auto;padding:1rem 1.25rem;border-radius:.5rem;" +
    "background:#20242c;color:#fff;font:16px/1.5 sans-serif";
  document.body.appendChild(note);
}, LOOK_MS);
