/* What the frame needs of the browser on every page. Two things only:
   arrows belong to the slider that has the focus, not to a page's shortcuts;
   and the navigation's lists are named as lists where they are (Streamlit puts its items into a <div> inside the <ul>). */

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

export default function () {
  if (window.__lab) return;
  window.__lab = true;
  document.body.addEventListener("keydown", keepArrows);
  new MutationObserver(nameLists).observe(document.body, { childList: true, subtree: true });
  nameLists();
}
