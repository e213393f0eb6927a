#!/usr/bin/env bash
# Looks up every pinned requirement in the public list of known weaknesses. Ends with an error when one is found, and also
# when the list could not be reached: an audit without data says nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
TOOL=.cache/audit
[ -x "$TOOL/bin/pip-audit" ] || { "${PYTHON:-python3}" -m venv "$TOOL" && "$TOOL/bin/pip" install -q pip-audit; }
status=0
for file in requirements.txt requirements-dev.txt requirements-cluster.txt; do
  echo "audit: $file" >&2
  "$TOOL/bin/pip-audit" --strict --disable-pip --no-deps --progress-spinner off --requirement "$file" || status=1
done
[ $status = 0 ] || echo "audit: FAILED: a known weakness above, or no data" >&2
exit $status
