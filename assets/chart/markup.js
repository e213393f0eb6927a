/* The little markup that words in a figure may carry: bold, italic, raised, lowered, a line break, a link of this site. */

const KNOWN = new Set(["B", "I", "SUB", "SUP", "BR", "SPAN"]);
const made = new Map();

function copied(from, into) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) into.append(node.textContent);
    else if (node.nodeType === Node.ELEMENT_NODE) into.append(copied(node, element(node)));
  }
  return into;
}

function element(node) {
  if (KNOWN.has(node.tagName)) return document.createElement(node.tagName);
  if (node.tagName !== "A") return document.createDocumentFragment();
  const link = document.createElement("a");
  const home = document.documentElement.dataset.labHome;
  const base = new URL(home || location.href);
  const to = new URL(node.getAttribute("href") ?? "", base);
  if (to.origin === base.origin) link.href = to.href;
  link.target = home ? "_blank" : "_self";
  return link;
}

const MARKS = /([▼●▲◆■✕○━─╌]|–·–|···|– –|–––) (?=\S)/g;

/* The words as nodes; whatever is not known markup is left out, its text stays. A mark stays with its first word. */
export function written(words) {
  const text = words.replace(MARKS, "$1\u00a0");
  if (!made.has(text)) {
    if (made.size > 500) made.clear();
    made.set(text, copied(new DOMParser().parseFromString(text, "text/html").body, document.createDocumentFragment()));
  }
  return made.get(text).cloneNode(true);
}
