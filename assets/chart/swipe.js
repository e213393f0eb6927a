/* A finger on a slider of the browser's own: it is set where the finger comes down, before it is known whether the page is to
   be scrolled. So the new value waits until the finger moves along the slider or is lifted; what moves up or down is the
   page's. */

const ALONG_PX = 6;
const LIFTED_PX = 10;

export function heedSwipes(range, act) {
  let held = null;
  const goOn = () => {
    const { wanted } = held;
    held = null;
    if (wanted === null) return;
    range.value = wanted;
    act(Number(wanted));
  };
  const moved = (event) => [event.clientX - held.x, event.clientY - held.y].map(Math.abs);
  range.addEventListener("pointerdown", ({ pointerType, clientX: x, clientY: y }) => {
    held = pointerType === "touch" ? { x, y, before: range.value, wanted: null } : null;
  });
  range.addEventListener("pointermove", (event) => {
    const [along, across] = held ? moved(event) : [0, 0];
    if (along > ALONG_PX && along > across) goOn();
  });
  range.addEventListener("pointerup", (event) => {
    if (held && Math.max(...moved(event)) < LIFTED_PX) goOn();
    held = null;
  });
  range.addEventListener("pointercancel", () => (held = null));
  range.addEventListener("input", () => {
    if (!held) {
      act(Number(range.value));
      return;
    }
    held.wanted = range.value;
    range.value = held.before;
  });
}
