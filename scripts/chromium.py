"""Where Chromium is: CHROMIUM, else on the path, else among macOS's applications. Run as a script, prints it or fails."""

import os
import shutil
import sys
from pathlib import Path

SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
NAMES = ("chromium", "chromium-browser", "google-chrome")
APPLICATIONS = ("Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium")


def chromium() -> str | None:
    """The browser's program, None when there is none."""
    on_path = (shutil.which(name) for name in NAMES)
    on_macos = (str(path) for name in APPLICATIONS if (path := Path("/Applications", name)).exists())
    return os.environ.get("CHROMIUM") or next((path for path in (*on_path, *on_macos) if path), None)


def headless() -> str | None:
    """The same browser without windows, an eighth cheaper, where it is installed and CHROMIUM asks for no other."""
    found = None if os.environ.get("CHROMIUM") else next(filter(None, map(shutil.which, SHELLS)), None)
    return found or chromium()


if __name__ == "__main__":
    print(chromium() or "no Chromium")
    sys.exit(chromium() is None)
