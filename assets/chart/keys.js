/* Space plays, "." and "," step: unless a control has the focus. Only the page's main chart listens. */

const OWN_KEYS = "input, button, select, textarea, a, summary, [role=slider], [contenteditable=true]";

export function listen(chart) {
  const act = { " ": () => chart.playback.toggle(), ".": () => chart.step(1), ",": () => chart.step(-1) };
  const heard = (event) => {
    const deaf = !chart.source?.directions || chart.directions.curtain || event.ctrlKey || event.altKey || event.metaKey;
    if (deaf || !act[event.key] || event.target.closest?.(OWN_KEYS)) return;
    event.preventDefault();
    act[event.key]();
  };
  document.addEventListener("keydown", heard);
  return () => document.removeEventListener("keydown", heard);
}
