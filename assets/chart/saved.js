/* A picture as a file: what is seen, the drawn network at its side, and the page's typeface within, since a file finds no
   fonts of the page. */

const SVG_NAMES = "http://www.w3.org/2000/svg";
const FONTS = { "inter-latin.woff2": "U+0000-02FF,U+2000-2215", "inter-greek.woff2": "U+0370-03FF" };
const SIDE = 128;
const FINER = 2;
const LETTERS = ["a", "β"];
const SOON_MS = 20;
const MOST_LOOKS = 150;
const INLINED = ["fill", "stroke", "stroke-width", "font-size", "text-anchor"];

let typeface;

function asData(blob) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(blob);
  });
}

/* A page that stands alone carries the typeface in its own sheets. */
function carried() {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  return rules.map(({ cssText }) => cssText).filter((text) => /^@font-face.*data:font/s.test(text)).join("");
}

/* The page's typeface as rules that carry their files; none where they are not to be had. */
export function fontRules() {
  const rule = async ([name, range]) => {
    const answer = await fetch(`/vendor/fonts/${name}`);
    if (!answer.ok) throw new Error(name);
    const source = `url(${await asData(await answer.blob())}) format("woff2")`;
    return `@font-face{font-family:Inter;font-weight:400 700;src:${source};unicode-range:${range}}`;
  };
  if (document.documentElement.dataset.labHome) return Promise.resolve(carried());
  typeface ??= Promise.all(Object.entries(FONTS).map(rule)).then((rules) => rules.join(""), () => "");
  return typeface;
}

function shapeIn(name, given, into) {
  const made = document.createElementNS(SVG_NAMES, name);
  for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
  into.append(made);
  return made;
}

/* A copy of the drawing whose colours no longer need the page's style sheets. */
function detached(svg) {
  const copy = svg.cloneNode(true);
  const originals = [...svg.querySelectorAll("*")];
  [...copy.querySelectorAll("*")].forEach((element, k) => {
    const style = getComputedStyle(originals[k]);
    for (const key of INLINED) element.setAttribute(key, style.getPropertyValue(key));
  });
  return copy;
}

/* The network's copies in a column beside the picture, each with its caption. */
function addNetwork(root, { host }, { width, height }, theme) {
  const figures = [...host.querySelectorAll("figure:not(.lab-here)")];
  const each = Math.min(120, (height - 16) / figures.length);
  const top = (height - each * figures.length) / 2;
  figures.forEach((figure, k) => {
    const drawing = detached(figure.querySelector("svg"));
    const place = { x: width + 4, y: top + k * each, width: SIDE - 12, height: each - 20 };
    for (const [key, value] of Object.entries(place)) drawing.setAttribute(key, value);
    root.append(drawing);
    const at = { x: width + SIDE / 2, y: top + (k + 1) * each - 6, "text-anchor": "middle", "font-size": 13 };
    shapeIn("text", { ...at, "font-family": theme.font, fill: theme.text }, root).textContent = figure.querySelector("figcaption").textContent;
  });
}

async function plotted(chart, panel, size) {
  const address = await chart.Plotly.toImage(panel.seen(), { format: "svg", ...size });
  const text = decodeURIComponent(address.slice(address.indexOf(",") + 1));
  return new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
}

/* A scene that stands as lines, since there is no WebGL. */
function onGround(outline, size, theme) {
  const root = detached(outline);
  for (const [key, value] of Object.entries(size)) root.setAttribute(key, value);
  root.prepend(shapeIn("rect", { width: "100%", height: "100%", fill: theme.paper }, root));
  return root;
}

/* The panel as one SVG text, with its size. */
async function drawing(chart, panel) {
  const { network, theme } = chart;
  const size = { width: panel.plot.clientWidth, height: panel.div.clientHeight };
  const root = await (panel.asLines ? onGround(panel.outlined, size, theme) : plotted(chart, panel, size));
  const whole = { ...size };
  if (panel.figure.network && network.host.isConnected) {
    whole.width += SIDE;
    root.setAttribute("width", whole.width);
    root.setAttribute("viewBox", `0 0 ${whole.width} ${whole.height}`);
    root.style.background = "";
    const ground = shapeIn("rect", { width: whole.width, height: whole.height, fill: theme.paper }, root);
    root.prepend(ground);
    addNetwork(root, network, size, theme);
  }
  const style = document.createElementNS(SVG_NAMES, "style");
  style.textContent = await fontRules();
  root.prepend(style);
  return { text: new XMLSerializer().serializeToString(root), ...whole };
}

async function imageOf(text) {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  await image.decode().finally(() => URL.revokeObjectURL(image.src));
  return image;
}

function sheet(width, height) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  return [canvas, canvas.getContext("2d")];
}

/* A browser calls an image ready whose typeface it has not read, and draws it without words; what comes later finds it read.
   So a letter of each face is looked at until it shows. */
export async function facesRead() {
  const texts = LETTERS.map((letter, k) => `<text x="${20 * k}" y="15" font-family="Inter">${letter}</text>`);
  const image = await imageOf(`<svg xmlns="${SVG_NAMES}" width="40" height="20"><style>${await fontRules()}</style>${texts.join("")}</svg>`);
  const [, ink] = sheet(40, 20);
  const shows = (_, k) => ink.getImageData(20 * k, 0, 20, 20).data.some(Boolean);
  for (let k = 0; k < MOST_LOOKS && !LETTERS.every(shows); k += 1) {
    await new Promise((done) => setTimeout(done, SOON_MS));
    ink.drawImage(image, 0, 0);
  }
}

async function painting({ text, width, height }) {
  await facesRead();
  const [canvas, ink] = sheet(FINER * width, FINER * height);
  ink.drawImage(await imageOf(text), 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/* The panel as the content of a file of this format. */
export async function pictureFile(chart, panel, format) {
  const drawn = await drawing(chart, panel);
  return format === "png" ? painting(drawn) : new Blob([drawn.text], { type: "image/svg+xml" });
}

export function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
