/* plotly.js, fetched once for all charts of the tab. */

export function loadPlotly(src) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  window.__plotlyLoading ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = src;
    script.onload = () => done(window.Plotly);
    script.onerror = () => failed(new Error("plotly.js could not be loaded"));
    document.head.appendChild(script);
  });
  return window.__plotlyLoading;
}
