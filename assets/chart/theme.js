/* The page's colours and type, as Streamlit's CSS variables tell them, laid on a figure. */

const swatch = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const luminances = new Map();

function measuredLuminance(colour) {
  swatch.fillStyle = colour;
  swatch.fillRect(0, 0, 1, 1);
  const [r, g, b] = swatch.getImageData(0, 0, 1, 1).data;
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}

function luminance(colour) {
  if (!luminances.has(colour)) luminances.set(colour, measuredLuminance(colour));
  return luminances.get(colour);
}

export function themeOf(element) {
  const style = getComputedStyle(element);
  const text = style.getPropertyValue("--st-text-color").trim() || "#1a1c22";
  const paper = style.getPropertyValue("--st-background-color").trim() || "#ffffff";
  const font = style.getPropertyValue("--st-font").trim() || "sans-serif";
  return { text, paper, font, dark: luminance(paper) < 0.4 };
}

/* The figure's layout in these colours. An axis of the plane has a fixed range, so no drag ever zooms and nothing of an
   earlier range is kept. */
export function themed(layout, theme) {
  const line = theme.dark ? "#34363b" : "#e2e4e8";
  const zero = theme.dark ? "#6b6e75" : "#a3a7ae";
  const axis = (a) => ({ gridcolor: line, zerolinecolor: zero, linecolor: zero, tickcolor: zero, ...a });
  const bare = { uirevision: undefined, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
  const out = { ...layout, ...bare, dragmode: false };
  out.font = { ...layout.font, color: theme.text, family: theme.font };
  out.hoverlabel = { ...layout.hoverlabel, bgcolor: theme.paper, font: { color: theme.text, family: theme.font } };
  for (const key of Object.keys(out)) {
    if (/^[xy]axis\d*$/.test(key)) out[key] = { ...axis(out[key]), fixedrange: true };
    if (/^scene\d*$/.test(key)) {
      out[key] = { ...out[key], uirevision: undefined };
      for (const a of ["xaxis", "yaxis", "zaxis"]) {
        out[key][a] = { showbackground: false, ...axis(out[key][a]) };
      }
    }
  }
  return out;
}
