#!/usr/bin/env bash
# Prints an nginx: NGINX_BIN, the one on the path, or Debian's, unpacked into .cache without being installed or started.
set -u
cd "$(dirname "$0")/.." || exit 1
kept="$PWD/.cache/nginx"
found() {
  for one in "${NGINX_BIN:-}" "$(command -v nginx)" "$kept/usr/sbin/nginx"; do
    [ -n "$one" ] && "$one" -v >/dev/null 2>&1 && echo "$one" && return 0
  done
  return 1
}
found && exit 0
if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
  echo "unpacking nginx into .cache …" >&2
  mkdir -p "$kept" && cd "$kept" || exit 1
  [ "$(id -u)" = 0 ] && apt-get update -qq >/dev/null 2>&1
  apt-get download -qq nginx >/dev/null 2>&1
  for file in nginx_*.deb; do [ -f "$file" ] && dpkg-deb -x "$file" .; done
  found && exit 0
fi
echo "NO NGINX: the proxy's tests will not run. Install it or set NGINX_BIN." >&2
exit 1
