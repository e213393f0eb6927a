"""Screenshots of every page, to look at: 1280 and 390 pixels, light and dark. usage: screens.py FOLDER [STEM ...]"""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pages import PAGES  # noqa: E402
from scripts.chromium import chromium  # noqa: E402

WIDE = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
LOOKS = {
    f"{name}-{scheme}": {**size, "color_scheme": scheme}
    for name, size in (("1280", WIDE), ("390", PHONE))
    for scheme in ("light", "dark")
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-first-run"]
READY = """() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && document.querySelector('h1')
    && [...document.querySelectorAll('.lab-chart')].every(chart => Number(chart.dataset.drawn) > 0)"""


def main(folder: Path, stems: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)], cwd=ROOT
    )
    try:
        wait(f"http://127.0.0.1:{port}/_stcore/health")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            for stem in stems or [page.stem for page in PAGES]:
                for look, options in LOOKS.items():
                    shoot(browser, f"http://127.0.0.1:{port}/{stem}", options, folder / f"{stem}-{look}.png")
            browser.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def wait(url: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the server did not become healthy")


def shoot(browser, url: str, options: dict, file: Path) -> None:
    with browser.new_context(**options, reduced_motion="reduce") as context:
        tab = context.new_page()
        tab.on("console", lambda message: message.type == "error" and print("  console:", message.text[:200]))
        tab.goto(url, wait_until="load")
        tab.wait_for_function(READY, timeout=60_000)
        tab.wait_for_timeout(1500)
        tall = tab.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
        tab.set_viewport_size({"width": options["viewport"]["width"], "height": min(6000, tall)})
        tab.wait_for_timeout(1000)
        tab.screenshot(path=str(file))
        print(file, flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]).resolve(), sys.argv[2:])
