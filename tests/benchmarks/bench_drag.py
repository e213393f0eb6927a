"""Frames while a hand drags, in software-rendered Chromium: the time from one to the next, against one Plotly.restyle.

Each handle is pulled round by one pointer event a frame while every dependent curve follows; in turn with it, in the same
tab, the last trace of the dragged panel is restyled once a frame. Both are blocks of frames, several of each. Wanted: p95 of
the drag at most 1.5 restyles (medians, and p95 against p95: a busy machine stretches both) and, in the plane, under 50 ms.
"""

import argparse
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]

from conftest import FLAGS  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from scripts.chromium import chromium  # noqa: E402
from tests.benchmarks.serving import serving  # noqa: E402

HANDLES = {
    "start": {"beta_star": (-40, 20), "time": (-60, 0)},
    "exact": {"beta_0": (20, 20), "time": (-60, 0)},
    "implicit_bias": {"beta_0": (25, 25), "datum": (25, 25)},
    "landscape": {"start": (40, 20)},
    "geometry": {"beta_0": (40, 40), "beta_star": (40, 40), "delta": (10, 40), "time": (-60, 0)},
}
ROUNDS, FRAMES = 4, 30
PULL = """async ([name, frames, reach]) => {
  const grip = document.querySelector(`[data-handle="${name}"]:not([hidden])`), box = grip.getBoundingClientRect();
  const at = window.pulledAt ??= [box.x + box.width / 2, box.y + box.height / 2], gaps = [];
  let before = await new Promise(requestAnimationFrame);
  for (let k = 0; k < frames; k++) {
    const turn = (window.pulls = (window.pulls ?? 0) + 1) / 12;
    grip.dispatchEvent(new PointerEvent('pointermove', {bubbles: true, pointerId: 1, pointerType: 'mouse',
      clientX: at[0] + reach[0] * Math.sin(turn), clientY: at[1] + reach[1] * Math.sin(1.3 * turn)}));
    const now = await new Promise(requestAnimationFrame);
    gaps.push(now - before);
    before = now;
  }
  return gaps;
}"""
RESTYLE = """async ([name, count]) => {
  const area = document.querySelector(`[data-handle="${name}"]:not([hidden])`).closest('.lab-area');
  const plot = area.querySelector('.js-plotly-plot');
  const last = plot.data.length - 1, gaps = [];
  let before = await new Promise(requestAnimationFrame);
  for (let k = 0; k < count; k++) {
    const given = Object.fromEntries(['x', 'y', 'z'].filter(axis => plot.data[last][axis])
      .map(axis => [axis, [[...plot.data[last][axis]]]]));
    await Plotly.restyle(plot, given, [last]);
    const now = await new Promise(requestAnimationFrame);
    gaps.push(now - before);
    before = now;
  }
  return gaps;
}"""


def p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * len(values))]


def measure(tab: Page, address: str, name: str, reach: tuple[int, int]) -> None:
    tab.goto(address)
    tab.wait_for_selector(f"[data-handle={name}]:not([hidden])", timeout=60_000)
    tab.wait_for_timeout(3000)
    box = tab.locator(f"[data-handle={name}]:not([hidden])").first.bounding_box()
    assert box is not None
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.mouse.down()
    tab.evaluate(PULL, [name, 8, reach])
    drag: list[float] = []
    restyle: list[float] = []
    for _ in range(ROUNDS):
        drag += tab.evaluate(PULL, [name, FRAMES, reach])
        restyle += tab.evaluate(RESTYLE, [name, FRAMES // 2])
    tab.mouse.up()
    medians = statistics.median(drag), statistics.median(restyle)
    print(
        f"{address.rsplit('/', 1)[-1]} {name}: a frame {medians[0]:.0f} ms, p95 {p95(drag):.0f}; a restyle {medians[1]:.0f}, "
        f"p95 {p95(restyle):.0f}; ratio of medians {medians[0] / medians[1]:.2f}, of p95 {p95(drag) / p95(restyle):.2f}",
        flush=True,
    )


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("pages", nargs="*", default=list(HANDLES))
    pages = wanted.parse_args().pages
    with serving("app.py") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for page in pages:
            for name, reach in HANDLES[page].items():
                tab = browser.new_page(reduced_motion="reduce", viewport={"width": 1280, "height": 800})
                measure(tab, f"{server.url}/{page}", name, reach)
                tab.close()


if __name__ == "__main__":
    main()
