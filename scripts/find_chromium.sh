#!/usr/bin/env bash
# Makes sure there is a Chromium for the browser tests: one that scripts/chromium.py finds, or installed
# with apt-get as root.
set -u
cd "$(dirname "$0")/.." || exit 1
found() { .venv/bin/python scripts/chromium.py; }
found >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing Chromium with apt-get …" >&2
  apt-get update -qq >/dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium chromium-driver >/dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium-headless-shell >/dev/null 2>&1
fi
found >/dev/null 2>&1 && exit 0
echo "************************************************************************" >&2
echo "NO CHROMIUM: the browser tests will not run. Install it or set CHROMIUM." >&2
echo "************************************************************************" >&2
[ "${CI:-}" = true ] && exit 1
exit 0
