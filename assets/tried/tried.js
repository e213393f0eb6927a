/* The settings that were tried on this page, as links: one click returns to them, another compares with them. They are
   kept by this tab alone (sessionStorage) and are sent only when they are clicked. */

const MOST = 6;
const REST_MS = 1200;

/* What the address says of the page's controls, as a comparison spells it: "delta:2,deltas:-1/0/1". */
function stateOf(search, labels) {
  const query = new URLSearchParams(search);
  const said = Object.keys(labels).filter((name) => query.has(name));
  return said.map((name) => `${name}:${query.getAll(name).join("/")}`).join(",");
}

function wordsOf(state, labels) {
  if (!state) return "default";
  return state.split(",").map((part) => {
    const [name, value] = part.split(/:(.*)/);
    if (value === "true" || value === "false") return `${labels[name]}: ${value === "true" ? "on" : "off"}`;
    return `${labels[name]} = ${value.replace(/(^|\/)-(?=[\d.])/g, "$1−").replaceAll("/", ", ")}`;
  }).join(", ");
}

class Tried {
  constructor(root) {
    this.root = root;
    this.heard = () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.keep(), REST_MS);
      this.show();
    };
    for (const kind of ["lab-address", "popstate"]) addEventListener(kind, this.heard);
  }

  set(data, tell) {
    this.data = data;
    this.tell = tell;
    this.keep();
  }

  get key() {
    return `lab tried ${this.data.stem}`;
  }

  get states() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key) ?? "[]");
      return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
    } catch {
      return [];
    }
  }

  get here() {
    return (location.pathname.split("/").pop() || "start") === this.data.stem;
  }

  keep() {
    if (!this.here) return;
    const now = stateOf(location.search, this.data.labels);
    const others = this.states.filter((one) => one !== now);
    const known = this.states.includes(now) ? this.states : [...others, now].slice(-MOST);
    try {
      sessionStorage.setItem(this.key, JSON.stringify(known));
    } catch {
      return;
    }
    this.show();
  }

  show() {
    if (!this.here) return;
    const { states } = this;
    const now = stateOf(location.search, this.data.labels);
    this.root.hidden = states.length < 2;
    const mark = JSON.stringify([states, now, this.data.compares]);
    if (mark === this.mark) return;
    this.mark = mark;
    this.root.replaceChildren(this.root.firstElementChild, ...states.map((state) => this.one(state, now)));
  }

  one(state, now) {
    const words = wordsOf(state, this.data.labels);
    const span = Object.assign(document.createElement("span"), { className: "lab-tried-one" });
    const link = document.createElement("a");
    const query = state.split(",").filter(Boolean).flatMap((part) => {
      const [name, value] = part.split(/:(.*)/);
      return value.split("/").map((one) => [name, one]);
    });
    Object.assign(link, { href: `?${new URLSearchParams(query)}`, textContent: words, title: words });
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.tell("go", { state, count: (this.count = (this.count ?? 0) + 1) });
    });
    span.append(link);
    if (state === now) link.setAttribute("aria-current", "true");
    else if (this.data.compares) {
      const beside = Object.assign(document.createElement("button"), { type: "button", textContent: "⇄", title: `Compare with ${words}` });
      beside.setAttribute("aria-label", `Compare with ${words}`);
      beside.addEventListener("click", () => this.tell("compare", { state, count: (this.count = (this.count ?? 0) + 1) }));
      span.append(beside);
    }
    return span;
  }

  close() {
    clearTimeout(this.waiting);
    for (const kind of ["lab-address", "popstate"]) removeEventListener(kind, this.heard);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".lab-tried");
  if (!data || !root) return undefined;
  root.__tried ??= new Tried(root);
  root.__tried.set(JSON.parse(new TextDecoder().decode(data)), setTriggerValue);
  return () => {
    root.__tried?.close();
    delete root.__tried;
  };
}
