#!/usr/bin/env bash
# Makes sure that Firefox and WebKitGTK's driver are there, installed with apt-get as root; their tests are skipped without.
set -u
missing() { ! command -v firefox-esr >/dev/null || ! command -v WebKitWebDriver >/dev/null || ! command -v xvfb-run >/dev/null; }
missing || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing Firefox and WebKitGTK with apt-get …" >&2
  apt-get update -qq >/dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    firefox-esr webkit2gtk-driver xvfb xauth >/dev/null 2>&1
fi
missing && echo "NOT ALL BROWSERS: on Debian install firefox-esr, webkit2gtk-driver, xvfb and xauth." >&2
exit 0
