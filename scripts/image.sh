#!/usr/bin/env bash
# Builds the container image with the engine there is. usage: scripts/image.sh [--build-arg NAME=VALUE …]
set -euo pipefail
cd "$(dirname "$0")/.."
IMAGE=${IMAGE:-lazy-rich-lab}
for engine in docker podman; do
  if command -v "$engine" >/dev/null && "$engine" info >/dev/null 2>&1; then
    # podman's own format has no place for the health check
    [ "$engine" = podman ] && set -- --format docker "$@"
    exec "$engine" build "$@" --tag "$IMAGE" .
  fi
done
if command -v buildah >/dev/null; then exec buildah bud --format docker "$@" --tag "$IMAGE" .; fi
echo "image: needs docker, podman or buildah; none of them answers here" >&2
exit 1
