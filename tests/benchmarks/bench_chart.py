"""How direct a slider feels, in software-rendered Chromium: the pages themselves against st.plotly_chart.

For each page: from the key to the first and to the last picture painted with the new value, medians of many single steps,
against the same figures (without frames) each in its own st.plotly_chart on an otherwise empty page, in turn in one run.
Wanted: first picture at most 1.5 times the plain page's. Frames while a hand drags are bench_drag's.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]

from conftest import FLAGS  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from scripts.chromium import chromium  # noqa: E402
from tests.benchmarks.serving import Server  # noqa: E402

SLIDERS = {"geometry": "delta", "exact": "angle", "start": "angle", "implicit_bias": "delta"}
STEPS = 9
WATCH = """([key, before]) => { window.step = new Promise(done => {
  addEventListener('keydown', pressed => {
    const began = pressed.timeStamp, painted = new Map();
    const look = () => {
      const mine = document.querySelector('.lab-chart') ?? document;
      const plots = [...mine.querySelectorAll('.js-plotly-plot')].filter(p => p.layout?.meta?.[key] !== undefined);
      plots.forEach((plot, k) => {
        const there = plot.layout.meta[key] !== before && plot.calcdata && !(plot._promises?.length);
        if (!there || painted.has(k)) return;
        painted.set(k, 0);
        requestAnimationFrame(() => requestAnimationFrame(() => painted.set(k, performance.now() - began)));
      });
      const all = [...painted.values()];
      if (all.length === plots.length && all.every(t => t > 0)) done([Math.min(...all), Math.max(...all)]);
      else if (performance.now() - began > 20000) done([NaN, NaN]);
      else requestAnimationFrame(look);
    };
    look();
  }, {once: true, capture: true});
}) }"""
META = """key => [...(document.querySelector('.lab-chart') ?? document).querySelectorAll(".js-plotly-plot")]
  .map(p => p.layout?.meta?.[key]).find(value => value !== undefined)"""


def steps(tab, key: str, count: int) -> list[list[float]]:
    """[first, last] picture's milliseconds of single key presses, each from rest."""
    tab.bring_to_front()
    found = []
    for _ in range(count):
        tab.locator(f".st-key-{key} input[type=range]").focus()
        tab.evaluate(WATCH, [key, tab.evaluate(META, key)])
        tab.keyboard.press("ArrowLeft")
        found.append(tab.evaluate("() => window.step"))
        time.sleep(0.8)
    return found


def compare(browser, page: str, ours: str, plain: str) -> None:
    key = SLIDERS[page]
    tabs = {"page": browser.new_page(reduced_motion="reduce"), "plain": browser.new_page(reduced_motion="reduce")}
    tabs["page"].goto(f"{ours}/{page}")
    tabs["plain"].goto(f"{plain}/?page={page}")
    for tab in tabs.values():
        tab.wait_for_function(META, arg=key, timeout=60_000)
        steps(tab, key, 2)
    times: dict[str, list[list[float]]] = {"page": [], "plain": []}
    for _ in range(STEPS // 3):
        for way, tab in tabs.items():
            times[way] += steps(tab, key, 3)
    first, last = ([statistics.median(one[k] for one in times[way]) for way in ("page", "plain")] for k in (0, 1))
    print(
        f"{page}: first picture {first[0]:.0f} ms, plain {first[1]:.0f} ms, ratio {first[0] / first[1]:.2f}; "
        f"last {last[0]:.0f}, {last[1]:.0f}, {last[0] / last[1]:.2f}"
    )
    for tab in tabs.values():
        tab.close()


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("pages", nargs="*", default=list(SLIDERS))
    pages = wanted.parse_args().pages
    ours, plain = Server("app.py"), Server("tests/benchmarks/apps/step.py", PYTHONPATH=str(ROOT))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            for page in pages:
                compare(browser, page, ours.url, plain.url)
    finally:
        for server in (ours, plain):
            server.end()


if __name__ == "__main__":
    main()
