/* You are here: a small regime map beside the network, with the start on it (core.figures.here). It leads to the map. */

export function showHere(host, spec) {
  let figure = host.querySelector(".lab-here");
  if (!spec?.image) {
    figure?.remove();
    return;
  }
  if (!figure) {
    figure = document.createElement("figure");
    figure.className = "lab-here";
    figure.innerHTML = "<a><span><img alt='' width='72' height='72'></span></a><figcaption></figcaption>";
    host.append(figure);
  }
  const [link, frame] = [figure.querySelector("a"), figure.querySelector("span")];
  link.href = spec.href;
  link.setAttribute("aria-label", spec.label);
  link.title = spec.label;
  figure.querySelector("img").src = spec.image;
  figure.querySelector("figcaption").textContent = "you are here";
  frame.querySelectorAll("i").forEach((spot) => spot.remove());
  for (const [x, y, mark, other] of spec.spots) {
    const spot = document.createElement("i");
    spot.textContent = mark;
    spot.classList.toggle("lab-other", other);
    spot.style.left = `${100 * x}%`;
    spot.style.top = `${100 * y}%`;
    frame.append(spot);
  }
}
