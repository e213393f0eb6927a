"""The container's health check: the server answers on PORT, and the app runs once without an error."""

import os
import sys
from urllib.request import urlopen

BASE = f"http://127.0.0.1:{os.environ.get('PORT', '8501')}/_stcore/"

try:
    for path in ("health", "script-health-check"):
        urlopen(BASE + path, timeout=15).read()
except OSError as error:
    sys.exit(f"{BASE}{path}: {error}")
