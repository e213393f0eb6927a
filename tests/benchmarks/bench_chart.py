"""Slider step to painted figure: the chart component against st.plotly_chart, same figure, same browser, in turn.

Prints the median times and their ratio for a 2-D and a 3-D figure (wanted: 2-D at most 0.75, 3-D at most 0.5), and the
server's CPU time a step for solving, drawing and writing the Geometry page's figures (wanted: under 15 ms).
"""

import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]

from conftest import FLAGS, chromium, free_port  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

STEPS = 12
TIMED = """([value]) => new Promise(done => {
  const began = performance.now();
  const look = () => {
    const plot = document.querySelector('.js-plotly-plot');
    const there = plot?.layout?.meta?.delta === value && plot.calcdata;
    const idle = plot && (!plot._promises || plot._promises.length === 0);
    if (there && idle) requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
    else requestAnimationFrame(look);
  };
  look();
})"""


def step_times(tab, steps: int) -> list[float]:
    thumb = tab.locator(".st-key-delta input[type=range]")
    times = []
    for _ in range(steps):
        value = tab.evaluate("() => document.querySelector('.js-plotly-plot').layout.meta.delta")
        thumb.focus()
        wait = "value => { window.timed = (" + TIMED + ")([value]) }"
        tab.evaluate(wait, round(value + 0.1, 1))
        tab.keyboard.press("ArrowRight")
        times.append(tab.evaluate("() => window.timed"))
    return times


def browser_ratio(playwright, url: str, case: str) -> None:
    browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    tabs = {}
    for way in ("ours", "plain"):
        tabs[way] = browser.new_page()
        tabs[way].goto(f"{url}/?with={way}&case={case}")
        tabs[way].wait_for_function("() => document.querySelector('.js-plotly-plot')?.calcdata", timeout=60_000)
        step_times(tabs[way], 1)
    times: dict[str, list[float]] = {"ours": [], "plain": []}
    for _ in range(STEPS // 3):
        for way, tab in tabs.items():
            tab.bring_to_front()
            times[way] += step_times(tab, 3)
    browser.close()
    ours, plain = (statistics.median(times[way]) for way in ("ours", "plain"))
    print(
        f"{case}: component {ours:.0f} ms, st.plotly_chart {plain:.0f} ms, ratio {ours / plain:.2f} ({STEPS} steps each)"
    )


def server_cost() -> None:
    from core.figures.geometry import figures
    from core.problems.geometry import Geometry, solve

    problems = [Geometry(delta=round(0.1 * k, 1)) for k in range(-30, 31)]
    [picture.json() for picture in figures(problems[0], solve(problems[0]))]
    began = time.process_time()
    for problem in problems:
        [picture.json() for picture in figures(problem, solve(problem))]
    print(f"server CPU a step, Geometry: {(time.process_time() - began) / len(problems) * 1e3:.1f} ms")


def main() -> None:
    server_cost()
    port = free_port()
    script = Path(__file__).parent / "apps" / "step.py"
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(url + "/_stcore/health", timeout=2)
                break
            except OSError:
                time.sleep(0.5)
        with sync_playwright() as playwright:
            for case in ("2d", "3d"):
                browser_ratio(playwright, url, case)
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(20)


if __name__ == "__main__":
    main()
