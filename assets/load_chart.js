/* All that travels with each new picture: the chart's script itself is fetched once, from «address». */
const chart = import(new URL("«address»", location.href).href);

export default function (given) {
  let left = false;
  let cleanup;
  chart.then(
    (script) => {
      if (!left) cleanup = script.default(given);
    },
    () => {
      given.parentElement.querySelector(".lab-panels").textContent = "The chart's script could not be loaded. Reload the page.";
    },
  );
  return () => {
    left = true;
    cleanup?.();
  };
}
