/* What the frame needs of the browser on every page:
   Back undoes what was tried, not each tick of a slider; arrows belong to the slider that has the focus, not to a page's shortcuts;
   the navigation's lists are named as lists where they are (Streamlit puts its items into a <div> inside the <ul>);
   and a formula or code that is too wide can be reached, and so scrolled, with the keyboard. */

const PAUSE_MS = 250;
const REST_MS = 1000;

/* Changes of one page's address that follow each other without a rest are one entry of the history. */
function keepHistory() {
  const push = history.pushState.bind(history);
  let moved = performance.now();
  history.pushState = (state, title, url) => {
    const samePage = new URL(url, location.href).pathname === location.pathname;
    const resting = performance.now() - moved > REST_MS;
    moved = performance.now();
    if (samePage && !resting) history.replaceState(state, title, url);
    else push(state, title, url);
  };
  addEventListener("popstate", () => (moved = performance.now()));
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

function reachWide() {
  for (const wide of document.querySelectorAll(".katex-display, .stCode pre")) {
    if (wide.scrollWidth > wide.clientWidth + 1) wide.tabIndex = 0;
    else wide.removeAttribute("tabindex");
  }
}

/* A step or a question that opens begins at the top of the page, wherever its button was pressed. */
let strip = "";
function showStrip() {
  const now = document.querySelector(".st-key-lesson [data-testid=stMarkdown]")?.textContent ?? "";
  if (now && now !== strip) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  strip = now;
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
  }, PAUSE_MS);
}

export default function () {
  if (window.__lab) return;
  window.__lab = true;
  keepHistory();
  document.body.addEventListener("keydown", keepArrows);
  new MutationObserver(mendSoon).observe(document.body, { childList: true, subtree: true });
  addEventListener("resize", mendSoon);
  document.fonts?.ready.then(mendSoon);
  nameLists();
  reachWide();
  namePaper();
}
