/* The script of the take-away is fetched once, from «address», when the fold is opened. */
const take = import(new URL("«address»", location.href).href);

export default function (given) {
  take.then(
    (script) => script.default(given),
    () => (given.parentElement.querySelector(".lab-take-status").textContent = "These tools could not be loaded. Reload the page."),
  );
}
