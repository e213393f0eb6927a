/* How high the pictures of a page may be: picture, cursor bar and first controls stand on the screen together, and all
   panels of a chart are equally high. */

import { narrow, onSide } from "./device.js";

const GAP = 16;
const LOWEST = 190;
const MOST_ROWS = 2;
/* Slimmer than that a title has no room: more rows then. */
const TOO_SLIM = 165;
const IN_MORE_ROWS = 220;
const PHONE_HIGHEST = 330;
const PHONE_UNDER_NETWORK = 224;
const PHONE_SHARE = 0.62;
const PHONE_TELLING = 0.32;
const SIDE_TELLING = 0.46;
const PHONE_HEADER = 56;
const PHONE_CONTROL = 84;
const PHONE_LOWEST = 250;
const SIDE_LOWEST = 150;
const FRONT_GAP = 8;
const CONTROLS = 100;
const LINE = 40;
const OVER_PLOT = 70;
const BESIDE_SHAPED = 236;
const MARGINS = 88;
const SMALL_WINDOW = 1100;
const UNDER_TITLE = 290;
const ROOM_BELOW = 16;
const NETWORK_OF_FEW = 112;
const NETWORK_OF_MANY = 272;
const NETWORK_IN_FRONT = 160;

/* The rows into which panels of these least widths wrap. */
function rows(width, leasts) {
  let count = 1;
  let used = 0;
  for (const least of leasts) {
    if (used && used + GAP + least > width + 1) [count, used] = [count + 1, 0];
    used += (used ? GAP : 0) + least;
  }
  return count;
}

/* What was sent of the panels that are shown. */
const panelsOf = (chart) => chart.story.only(chart.source.panels);

/* The width of the network that belongs to these pictures; 0 where there is none. */
function networkOf(chart) {
  const network = panelsOf(chart).map((panel) => panel.figure?.network).find(Boolean);
  if (!network) return { width: 0 };
  const width = network.copies.length > 3 ? NETWORK_OF_MANY : NETWORK_OF_FEW;
  return { width: network.front ? NETWORK_IN_FRONT : width, front: network.front };
}

/* That of the drawn network, which stands in the last row; 0 where it is not drawn. */
const widthOfNetwork = (chart) => (chart.directions.curtain || crowded(chart) ? 0 : networkOf(chart).width);

function rowsWithNetwork(chart, leasts) {
  const last = widthOfNetwork(chart);
  return rows(chart.host.clientWidth, last ? [...leasts, last] : leasts);
}

const presents = (chart) => (chart.source.directions?.scale ?? 1) > 1;

/* On a projector the pictures need the room of a network that would take a row of its own, and beside a class's votes that of
   any where the window is small. */
export function crowded(chart) {
  if (!presents(chart) || narrow()) return false;
  if (innerWidth <= SMALL_WINDOW && chart.root.closest(".st-key-class_beside")) return true;
  const leasts = panelsOf(chart).map((panel) => panel.least);
  const { width, front } = networkOf(chart);
  if (front) return false;
  return leasts.length > 0 && leasts.reduce((sum, least) => sum + least + GAP, width) > chart.host.clientWidth + 1;
}

/* The least widths with which these panels, and the network after them, stand in at most two rows; on a projector in one. */
export function leastWidth(chart, least) {
  const { directions } = chart.source;
  const panels = panelsOf(chart);
  if (presents(chart) && !narrow()) {
    const room = chart.host.clientWidth - widthOfNetwork(chart) - panels.length * GAP;
    return Math.min(least, Math.floor(room / panels.length));
  }
  if (narrow() || !directions || rowsWithNetwork(chart, panels.map((panel) => panel.least)) <= MOST_ROWS) return least;
  const each = Math.ceil(panels.length / MOST_ROWS);
  const last = panels.length - each;
  const first = (chart.host.clientWidth - (each - 1) * GAP) / each;
  const second = last ? (chart.host.clientWidth - widthOfNetwork(chart) - last * GAP) / last : first;
  const most = Math.floor(Math.min(first, second)) - 1;
  return Math.min(least, most < TOO_SLIM ? IN_MORE_ROWS : most);
}

/* Width to height of a picture of equal units, or of a scene; 0 for any other. */
function shapeOf({ figure }) {
  const { xaxis, yaxis, scene } = figure?.layout ?? {};
  if (scene) return 1;
  if (!yaxis?.scaleanchor || !xaxis?.range || !yaxis.range) return 0;
  return Math.abs((xaxis.range[1] - xaxis.range[0]) / ((yaxis.range[1] - yaxis.range[0]) * (yaxis.scaleratio ?? 1)));
}

/* The width with which a picture of a shape of its own fills its height. */
function filling(chart, panel) {
  const { l = 64, r = 24, b = 56 } = panel.figure.layout.margin ?? {};
  return shapeOf(panel) * (roomFor(chart, panel.height) - OVER_PLOT - b) + l + r;
}

/* The share of a row that a panel takes; of shares below 1 alone a browser gives no more than their sum. */
function grows({ grow }, panels) {
  return grow / Math.min(...panels.map((one) => one.grow));
}

/* How a panel shares its row: one with a shape of its own is as wide as its height asks for, as far as curves beside it keep
   their least, and what larger letters take of it. */
export function flexOf(chart, drawn) {
  const panels = panelsOf(chart);
  const panel = chart.source.panels[chart.panels.indexOf(drawn)];
  const least = (one) => leastWidth(chart, one.least);
  const shaped = panels.filter(shapeOf);
  const usual = !shaped.length || shaped.length === panels.length || narrow() || !chart.source.directions;
  if (usual || rowsWithNetwork(chart, panels.map(least)) > 1) return `${grows(panel, panels)} 1 ${least(panel)}px`;
  const larger = Math.max(0, (chart.source.directions.scale ?? 1) - 1);
  const curves = (one) => leastWidth(chart, Math.min(one.least, BESIDE_SHAPED) + larger * MARGINS);
  if (!shapeOf(panel)) return `${grows(panel, panels)} 1 ${curves(panel)}px`;
  const others = panels.filter((one) => !shapeOf(one)).reduce((sum, one) => sum + curves(one), 0);
  const network = widthOfNetwork(chart);
  const room = chart.host.clientWidth - network - GAP * (panels.length - (network ? 0 : 1)) - 1 - others;
  const wanted = shaped.reduce((sum, one) => sum + filling(chart, one), 0);
  const share = Math.min(1, room / wanted);
  return `0 1 ${Math.max(presents(chart) ? UNDER_TITLE : 0, Math.floor(share * filling(chart, panel)))}px`;
}

/* Where the chart begins when the page is not scrolled. Where it sticks to the top (not on a phone) that is remembered; a window
   of another width has another place for it, which is where it stands once it does not stick. */
function topOf(chart) {
  const main = chart.root.closest("[data-testid=stMain]");
  const scrolled = main?.scrollTop ?? 0;
  const holder = chart.root.closest(".st-key-picture")?.parentElement;
  const sticks = scrolled >= 1 && holder && getComputedStyle(holder).position === "sticky";
  const { width, top } = chart.stands ?? {};
  if (sticks && width === innerWidth) return top;
  if (sticks) holder.style.position = "static";
  chart.stands = { width: innerWidth, top: chart.host.getBoundingClientRect().top + scrolled };
  if (sticks) holder.style.position = "";
  return chart.stands.top;
}

/* What stands with the picture: a line less of it (while a simulation runs) lays no picture out anew. */
function heightBeside(chart) {
  const picture = chart.root.closest(".st-key-picture");
  const now = picture ? Math.max(0, picture.clientHeight - chart.root.clientHeight - GAP) : 0;
  const { width = 0, height = 0 } = chart.beside ?? {};
  const stays = width === innerWidth && height > now && height - now < LINE;
  chart.beside = { width: innerWidth, height: stays ? height : now };
  return chart.beside.height;
}

/* Under a network that stands in front there is less room above the cursor's bar. */
const phoneHighest = (chart) =>
  panelsOf(chart).some((panel) => panel.figure?.network?.front) ? PHONE_UNDER_NETWORK : PHONE_HIGHEST;

/* A step's or an answer's words stand over the picture they speak of: both and the cursor's bar are on a phone's screen. */
function roomUnder(strip, chart) {
  const beside = chart.root.clientHeight - shownHeight(chart);
  return Math.max(LOWEST, innerHeight - PHONE_HEADER - strip.offsetHeight - GAP - beside);
}

/* The height of the picture that a phone shows now; what else the chart holds stands over or under it. */
function shownHeight(chart) {
  const { spec, host } = chart.network;
  const front = spec?.front && host.isConnected && !onSide() ? host.clientHeight + FRONT_GAP : 0;
  return chart.host.clientHeight - front;
}

/* So high that the first control is on the screen too, as long as the picture is one. */
function roomOverControl(chart) {
  if (!chart.source.directions) return Infinity;
  const free = innerHeight - topOf(chart) - (chart.root.clientHeight - shownHeight(chart)) - heightBeside(chart) - PHONE_CONTROL;
  return Math.max(phoneHighest(chart) < PHONE_HIGHEST ? LOWEST : PHONE_LOWEST, free);
}

/* Beside the words a picture and the bar under it are as high as the screen. */
function roomOnSide(chart) {
  return Math.max(SIDE_LOWEST, innerHeight - topOf(chart) - (chart.root.clientHeight - shownHeight(chart)) - FRONT_GAP);
}

/* A picture of marks and words in rows is read like words: it scrolls. */
const isRead = (chart) => panelsOf(chart).some(({ figure }) => figure?.layout?.meta?.whole);

function roomOnPhone(chart, height) {
  if (isRead(chart)) return height;
  if (chart.story.steps) return Math.min(height, (onSide() ? SIDE_TELLING : PHONE_TELLING) * innerHeight);
  if (onSide() && chart.source.directions) return roomOnSide(chart);
  const highest = Math.min(height, phoneHighest(chart), PHONE_SHARE * innerHeight);
  const strip = chart.source.directions && document.querySelector(".st-key-says .st-key-lesson");
  return Math.min(highest, strip ? roomUnder(strip, chart) : roomOverControl(chart));
}

export function roomFor(chart, height) {
  const { directions, film } = chart.source;
  if (narrow() && !film) return roomOnPhone(chart, height);
  const panels = panelsOf(chart);
  const highest = Math.max(...panels.map((panel) => panel.height));
  if (!directions) return highest;
  const presenting = directions.scale > 1 || chart.story.steps || film;
  const beside = heightBeside(chart);
  const bar = film ? 0 : Math.max(48, chart.root.clientHeight - chart.host.clientHeight);
  const free = innerHeight - topOf(chart) - bar - beside - (presenting ? ROOM_BELOW : CONTROLS);
  const count = rowsWithNetwork(chart, panels.map((panel) => leastWidth(chart, panel.least)));
  const each = Math.floor((free - (count - 1) * 8) / count);
  return Math.max(LOWEST, presenting ? each : Math.min(each, Math.round(1.25 * highest)));
}
