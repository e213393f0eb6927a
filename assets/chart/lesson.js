/* What a lesson asks of a picture: a curtain, a trace that matters now, larger type and lines for a projector. */

export const AT_DESK = { curtain: false, veil: [], highlight: [], act: "", scale: 1 };

/* Unseen behind the curtain, pale beside the highlighted one, larger for a projector. */
export function directed(trace, { curtain, veil, highlight, scale }) {
  const bare = !trace.name && trace.type === "scatter";
  const named = (words) => words.some((word) => (word ? trace.name?.startsWith(word) : bare));
  const out = { ...trace };
  if (curtain && named(veil)) Object.assign(out, { opacity: 0, hoverinfo: "skip", hovertemplate: undefined });
  const chosen = highlight.length > 0 && named(highlight);
  if (highlight.length && !chosen && trace.name && trace.name !== "now" && trace.type?.startsWith("scatter")) {
    out.opacity = 0.25;
  }
  const wider = scale * (chosen ? 1.4 : 1);
  if (wider !== 1 && typeof trace.line?.width === "number") out.line = { ...trace.line, width: trace.line.width * wider };
  if (scale !== 1 && typeof trace.marker?.size === "number") {
    out.marker = { ...trace.marker, size: trace.marker.size * scale };
  }
  return out;
}

export function enlarged(layout, scale) {
  const larger = (font, size) => ({ ...font, size: (font?.size ?? size) * scale });
  const out = { ...layout, font: larger(layout.font, 14) };
  out.margin = { ...layout.margin, l: (layout.margin?.l ?? 64) * scale, t: (layout.margin?.t ?? 52) * 1.2 };
  return out;
}
