/* What the frame needs of the browser on every page:
   Back undoes what was tried, not each tick of a slider; arrows belong to the slider that has the focus, not to a page's shortcuts;
   the navigation's lists are named as lists where they are (Streamlit puts its items into a <div> inside the <ul>);
   a swipe over a slider scrolls and sets nothing; a page whose connection was cut is asked for again;
   a link that opens a part of a page shows it, and a preset stays where it was pressed;
   what has the keyboard's focus is not under the picture;
   and a formula or code that is too wide can be reached, and so scrolled, with the keyboard. */

const PAUSE_MS = 250;
const REST_MS = 1000;

/* Changes of one page's address that a hand makes without a rest are one entry of the history, however late the server answers;
   how far a phone has come with its class is none, and what the server writes after Back is none either. */
function shown(url) {
  const { pathname, searchParams } = new URL(url, location.href);
  for (const word of ["at", "follow"]) searchParams.delete(word);
  return `${pathname}?${searchParams}`;
}
const HAND_MOVES = ["click", "keydown", "pointerdown", "pointermove", "pointerup", "touchmove", "wheel"];
let stroke = 0;
let handAt = -Infinity;
function feelHand({ type, buttons, timeStamp }) {
  if (type === "pointermove" && !buttons) return;
  if (timeStamp - handAt > REST_MS) stroke += 1;
  handAt = timeStamp;
}
function keepHistory() {
  const push = history.pushState.bind(history);
  let told = stroke;
  for (const kind of HAND_MOVES) addEventListener(kind, feelHand, { capture: true, passive: true });
  history.pushState = (state, title, url) => {
    const samePage = new URL(url, location.href).pathname === location.pathname;
    const rested = stroke !== told;
    told = stroke;
    if (samePage && (!rested || shown(url) === shown(location.href))) history.replaceState(state, title, url);
    else push(state, title, url);
    dispatchEvent(new Event("lab-address"));
  };
  addEventListener("popstate", () => (told = stroke));
}

function keepArrows(event) {
  const own = event.target.closest?.("input, select, textarea, [role=slider], [role=radiogroup], [role=tablist]");
  if (own && /^(Arrow|Home|End|Page)/.test(event.key)) event.stopPropagation();
}

function nameLists() {
  for (const list of document.querySelectorAll("[data-testid=stSidebarNavItems]")) {
    if (list.getAttribute("role") !== "group") list.setAttribute("role", "group");
    for (const item of list.querySelectorAll("li")) {
      if (item.parentElement !== list && !item.parentElement.hasAttribute("role")) {
        item.parentElement.setAttribute("role", "list");
      }
    }
  }
}

/* A formula is set smaller where it would not fit, down to what can be read. */
const SMALLEST = 0.68;
function fitFormulas() {
  for (const formula of document.querySelectorAll(".katex-display")) {
    if (formula.dataset.fitted === String(formula.clientWidth)) continue;
    formula.style.fontSize = "";
    const ratio = formula.clientWidth / formula.scrollWidth;
    if (ratio < 1) formula.style.fontSize = `${Math.max(SMALLEST, 0.97 * ratio)}em`;
    formula.dataset.fitted = String(formula.clientWidth);
  }
}

/* A term or a symbol explains itself where it stands: under the mouse, by a tap, a click or Enter; a symbol with its
   picture (the templates of pages/shared/explain/symbols.py); the link to all terms is inside. */
const TERM = 'a[href*="part=glossary"]:not(.lab-term a), [data-symbols]';
const REST_ON_TERM_MS = 250;
let onTerm = 0;

function pictureOf(symbol) {
  const all = [...document.querySelectorAll("template[data-symbol]")];
  return all.find((one) => one.dataset.symbol === symbol)?.content.cloneNode(true);
}

function meaningOf(term) {
  if (term.dataset.symbols) return term.dataset.symbols.split(" ").map(pictureOf).filter(Boolean);
  const known = pictureOf(term.textContent.match(/^\S/)?.[0]);
  if (known && (term.textContent.length < 4 || term.querySelector(".katex"))) return [known];
  term.dataset.meaning ??= term.title;
  return lowered(`${term.textContent}: ${term.dataset.meaning} `);
}

/* η_a and its like with what stands below. */
function lowered(text) {
  return text.split(/(?<=[\p{L}∂])_([a-z0-9])(?![a-z0-9_])/iu).map((part, k) => {
    if (k % 2 === 0) return part;
    const below = document.createElement("sub");
    below.textContent = part;
    return below;
  });
}

function put(term) {
  const meaning = meaningOf(term);
  term.removeAttribute("title");
  const note = document.createElement("div");
  note.className = "lab-term";
  note.setAttribute("role", "status");
  const all = document.createElement("a");
  all.href = term.href ?? "learn?part=glossary";
  all.textContent = "all terms";
  note.append(...meaning, all);
  const main = document.querySelector("[data-testid=stMain]");
  const at = term.getBoundingClientRect();
  main.style.position ||= "relative";
  main.appendChild(note);
  const left = Math.max(8, Math.min(at.left, innerWidth - note.offsetWidth - 16));
  const fits = at.bottom + 6 + note.offsetHeight <= innerHeight || at.top < note.offsetHeight + 8;
  const top = fits ? at.bottom + 6 : at.top - note.offsetHeight - 6;
  note.style.cssText = `left:${left - main.getBoundingClientRect().left}px;top:${top + main.scrollTop}px`;
  note.of = term;
}

const noteOf = () => document.querySelector(".lab-term");

function explain(event) {
  const term = event.target.closest?.(TERM);
  const before = noteOf();
  if (before && !before.contains(event.target)) before.remove();
  if (!term || before?.contains(event.target)) return;
  event.preventDefault();
  event.stopPropagation();
  put(term);
}

function explainSoon(event) {
  if (event.pointerType !== "mouse") return;
  clearTimeout(onTerm);
  const term = event.target.closest?.(TERM);
  const before = noteOf();
  if (before && (before.of === term || before.contains(event.target))) return;
  onTerm = setTimeout(() => {
    noteOf()?.remove();
    if (term?.isConnected) put(term);
  }, REST_ON_TERM_MS);
}

function reachWide() {
  fitFormulas();
  for (const wide of document.querySelectorAll(`.katex-display, .stCode pre, ${STRIPS_WORDS}`)) {
    const hidden = wide.matches(STRIPS_WORDS) ? wide.scrollHeight - wide.clientHeight : wide.scrollWidth - wide.clientWidth;
    if (hidden > 1) wide.tabIndex = 0;
    else wide.removeAttribute("tabindex");
  }
}

/* A step or a question that opens begins at the top of the page, wherever its button was pressed. On a phone the page's
   heading makes room where strip, picture and cursor would not stand together; a hand takes over. */
const SMALL = "(max-width: 640px), (max-width: 900px) and (max-height: 560px)";
const STRIP = ".st-key-says .st-key-lesson";
const STRIPS_WORDS = `${STRIP} .stMarkdown`;
const STRIP_SEEN_MS = 2500;
const UNDER_HEADER_PX = 52;
let strip = "";
function showStrip() {
  const now = document.querySelector(`${STRIP} [data-testid=stMarkdown]`)?.textContent ?? "";
  if (now && now !== strip) {
    document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
    if (matchMedia(SMALL).matches) bringTogether();
  }
  strip = now;
}
function bringTogether() {
  const begun = performance.now();
  const stop = () => {
    clearInterval(looking);
    for (const hand of HANDS) removeEventListener(hand, stop, true);
  };
  const looking = setInterval(() => {
    const [words, pictures, bar] = [STRIP, ".lab-panels", ".lab-bar"].map((one) => document.querySelector(one));
    if (!words || !pictures || performance.now() - begun > STRIP_SEEN_MS) return stop();
    const lacks = pictures.getBoundingClientRect().bottom + bar.offsetHeight - innerHeight;
    const above = words.getBoundingClientRect().top - UNDER_HEADER_PX;
    document.querySelector("[data-testid=stMain]").scrollBy(0, Math.max(0, Math.min(lacks, above)));
  }, PAUSE_MS);
  for (const hand of HANDS) addEventListener(hand, stop, true);
}

/* A part that a link opens (open=NAME) comes into view, and is kept there while what stands above it finds its height (runs that
   are trained beside their theory come late); a hand that scrolls or types takes over. What a visitor opens stays where it is. */
const SEEK_MS = 30000;
const HANDS = ["wheel", "pointerdown", "touchstart", "keydown"];
let soughtOn = "";
function partAsked() {
  const name = new URLSearchParams(location.search).get("open")?.split(",")[0].trim();
  return name && document.querySelector(`:is(.st-key-fold_${CSS.escape(name)}, .st-key-section_${CSS.escape(name)})`);
}
function seekPart() {
  const page = location.pathname;
  if (soughtOn === page) return;
  soughtOn = page;
  if (!new URLSearchParams(location.search).get("open")) return;
  const begun = performance.now();
  const stop = () => {
    clearInterval(looking);
    for (const hand of HANDS) removeEventListener(hand, stop, true);
  };
  const looking = setInterval(() => {
    if (location.pathname !== page || performance.now() - begun > SEEK_MS) stop();
    else partAsked()?.scrollIntoView({ block: "start" });
  }, PAUSE_MS);
  for (const hand of HANDS) addEventListener(hand, stop, true);
}

/* Who starts a run looks at it: its button comes to the top, what comes of it stands below, and the page's own picture lets go
   of the top until the page is scrolled back to it. */
const RUN_BUTTON = '[class*="st-key-run_"]';
const RUN_SEEN_MS = 30000;
const NEAR_TOP_PX = 100;
function lookAtRun({ target }) {
  const button = target.closest?.(RUN_BUTTON);
  const name = button?.className.match(/st-key-run_(\w+)/)?.[1];
  const main = document.querySelector("[data-testid=stMain]");
  if (!name || !main || document.querySelector(`.st-key-job_${name}`)) return;
  const begun = performance.now();
  const stop = () => {
    clearInterval(looking);
    for (const hand of HANDS) removeEventListener(hand, stop, true);
  };
  const looking = setInterval(() => {
    const here = document.querySelector(`.st-key-run_${name}`);
    if (!here || performance.now() - begun > RUN_SEEN_MS) stop();
    else if (document.querySelector(`.st-key-job_${name}`)) {
      document.documentElement.classList.add("lab-at-run");
      here.scrollIntoView({ block: "start" });
      main.addEventListener("scroll", backAtPicture);
      if (here.getBoundingClientRect().top < NEAR_TOP_PX) stop();
    }
  }, PAUSE_MS);
  for (const hand of HANDS) addEventListener(hand, stop, true);
}
function backAtPicture({ target: main }) {
  if (main.scrollTop > (document.querySelector(".st-key-picture")?.clientHeight ?? 0)) return;
  document.documentElement.classList.remove("lab-at-run");
  main.removeEventListener("scroll", backAtPicture);
}

/* A preset stays where it was pressed: the page goes along when words and pictures above it find another height. */
const PRESET = '[class*="st-key-preset_"]';
const PRESET_HELD_MS = 6000;
function holdPreset({ target }) {
  const [preset, main] = [target.closest?.(PRESET), document.querySelector("[data-testid=stMain]")];
  if (!preset || !main) return;
  const { top } = preset.getBoundingClientRect();
  const back = () => preset.isConnected && main.scrollBy(0, preset.getBoundingClientRect().top - top);
  const [held, looking] = [new ResizeObserver(back), setInterval(back, PAUSE_MS)];
  const letGo = () => {
    clearTimeout(late);
    clearInterval(looking);
    held.disconnect();
    for (const hand of HANDS) removeEventListener(hand, letGo, true);
  };
  const late = setTimeout(letGo, PRESET_HELD_MS);
  held.observe(document.querySelector(".stMainBlockContainer"));
  for (const hand of HANDS) addEventListener(hand, letGo, true);
}

/* What the keyboard comes to is not under the picture that sticks to the top. */
const UNDER_PICTURE_PX = 12;
function showFocus({ target }) {
  const picture = document.querySelector(".st-key-picture")?.parentElement;
  if (!picture || picture.contains(target) || !target.matches(":focus-visible")) return;
  requestAnimationFrame(() => {
    if (getComputedStyle(picture).position !== "sticky") return;
    const [above, here] = [picture, target].map((one) => one.getBoundingClientRect());
    if (here.top >= above.bottom || here.bottom <= above.top) return;
    document.querySelector("[data-testid=stMain]").scrollBy(0, here.top - above.bottom - UNDER_PICTURE_PX);
  });
}

/* Charts change the page at every frame: mend a few times a second at most. */
function namePaper() {
  const app = document.querySelector(".stApp");
  if (app) document.documentElement.style.setProperty("--lab-paper", getComputedStyle(app).backgroundColor);
}
let waiting = 0;
function mendSoon() {
  waiting ||= setTimeout(() => {
    waiting = 0;
    nameLists();
    reachWide();
    showStrip();
    namePaper();
    tellStep();
    seekPart();
  }, PAUSE_MS);
}

/* The speaker's window is told which step stands here, and may turn it. */
const channel = new BroadcastChannel("lab lesson");
let told = "";
function tellStep() {
  const query = new URLSearchParams(location.search);
  const where = { stem: location.pathname.split("/").pop() || "start", step: Number(query.get("step") ?? 0) };
  const now = JSON.stringify(where);
  if (now === told || (!where.step && !told)) return;
  told = where.step ? now : "";
  channel.postMessage(where);
}
function beAsked({ data }) {
  if (data.ask) told = "";
  if (data.turn === "step_next") document.querySelector(".st-key-step_next button, .lab-story:not([hidden]) .lab-story-next, .st-key-step_onward button")?.click();
  if (data.turn === "step_back") document.querySelector(".st-key-step_back button, .lab-story:not([hidden]) .lab-story-back")?.click();
  if (data.ask) tellStep();
}

/* Who comes back after a cut connection asks the server for the page again. Streamlit's script leaves that out where the cut
   came between two runs and no clock runs: the page would stand there deaf. Then its own key for a rerun is pressed. */
const RUN_MS = 1500;
const STATES = ["data-test-connection-state", "data-test-script-state"];
let cut = false;
let asking = 0;
function askAgain() {
  for (const kind of ["keydown", "keyup"]) {
    document.dispatchEvent(new KeyboardEvent(kind, { key: "r", code: "KeyR", keyCode: 82, bubbles: true }));
  }
}
function comeBack([{ target }]) {
  const connected = target.getAttribute(STATES[0]) === "CONNECTED";
  if (!connected || target.getAttribute(STATES[1]) === "running") clearTimeout(asking);
  else if (cut) asking = setTimeout(askAgain, RUN_MS);
  cut = !connected;
}

/* A finger on a slider: react-aria sets the value where the finger comes down, before it is known whether the page is to be
   scrolled. So the beginning waits until the finger moves along the slider or leaves it where it came down; what moves up or
   down is the page's. */
const SLIDER = "[data-testid=stSlider] [role=group]";
const MEANT_PX = 6;
const TAP_PX = 10;
let waits = null;

function began(event) {
  if (event.pointerType !== "touch" || event === waits?.again || !event.target.closest?.(SLIDER)) return;
  event.stopPropagation();
  waits = event.isPrimary ? { begun: event } : null;
}

function letBegin() {
  const { begun } = waits;
  const { clientX, clientY, pointerId } = begun;
  const same = { clientX, clientY, pointerId, pointerType: "touch", isPrimary: true, button: 0, buttons: 1, bubbles: true, cancelable: true };
  waits.again = new PointerEvent("pointerdown", same);
  begun.target.dispatchEvent(waits.again);
  waits = null;
}

function wentOn(event) {
  if (event.pointerId !== waits?.begun.pointerId) return;
  const [along, across] = [event.clientX - waits.begun.clientX, event.clientY - waits.begun.clientY].map(Math.abs);
  if (event.type === "pointercancel") waits = null;
  else if (event.type === "pointerup") Math.max(along, across) < TAP_PX ? letBegin() : (waits = null);
  else if (along > MEANT_PX && along > across) letBegin();
}

/* The same touch, as browsers told it before there were pointers. */
function keepTouch(event) {
  if (event.target.closest?.(SLIDER)) event.stopPropagation();
}

function keepSwipes() {
  addEventListener("pointerdown", began, true);
  for (const type of ["pointermove", "pointerup", "pointercancel"]) addEventListener(type, wentOn, true);
  addEventListener("touchstart", keepTouch, { capture: true, passive: true });
}

export default function () {
  if (window.__lab) return;
  window.__lab = true;
  keepHistory();
  keepSwipes();
  new MutationObserver(comeBack).observe(document.body, { attributeFilter: STATES, subtree: true });
  channel.onmessage = beAsked;
  tellStep();
  document.body.addEventListener("keydown", keepArrows);
  document.addEventListener("click", explain, true);
  document.addEventListener("click", lookAtRun, true);
  document.addEventListener("click", holdPreset, true);
  document.addEventListener("focusin", showFocus);
  document.addEventListener("pointerover", explainSoon);
  document.addEventListener("keydown", (event) => event.key === "Escape" && noteOf()?.remove());
  new MutationObserver(mendSoon).observe(document.body, { childList: true, subtree: true });
  addEventListener("resize", mendSoon);
  document.fonts?.ready.then(mendSoon);
  nameLists();
  reachWide();
  namePaper();
  seekPart();
}
