#!/usr/bin/env bash
# Makes .venv and installs one requirements file into it. usage: scripts/setup.sh FILE
# torch: without an NVIDIA GPU the CPU build, from its own index; where that cannot be reached, as pip is configured.
set -euo pipefail
cd "$(dirname "$0")/.."
FILE=$1
CPU_INDEX=${TORCH_INDEX_URL-https://download.pytorch.org/whl/cpu}
[ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
PIP=(.venv/bin/python -m pip install --quiet --disable-pip-version-check)
say() { echo "setup: $*" >&2; }

torch=$(grep -E '^torch==' "$FILE" || true)
if [ -n "$torch" ] && ! .venv/bin/python -c 'import torch' 2>/dev/null; then
  if command -v nvidia-smi >/dev/null && nvidia-smi -L >/dev/null 2>&1; then
    say "NVIDIA GPU found, installing $torch with CUDA"
    "${PIP[@]}" "$torch"
  elif [ -n "$CPU_INDEX" ] && "${PIP[@]}" --no-deps --retries 0 --timeout 8 --index-url "$CPU_INDEX" "$torch" 2>/dev/null; then
    say "installed the CPU build of $torch"
  else
    say "the CPU index cannot be reached, installing $torch as pip is configured"
    "${PIP[@]}" --no-deps "$torch"
  fi
fi
say "installing $FILE (the first time takes a minute or two)"
"${PIP[@]}" -r "$FILE"
