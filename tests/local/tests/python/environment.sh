#!/usr/bin/env bash
# Makes the virtual environment target/python with the package that runs models in Python, for the tests and examples.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
environment=$(cd "$here/../../../.." && pwd)/target/python

skip() {
  printf 'skipped: models in Python, for %s\n' "$*"
  exit 0
}

command -v python3 >/dev/null || skip 'there is no `python3`'
python3 -c 'import ensurepip, venv' 2>/dev/null || skip "this python3 makes no virtual environments"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || skip "the package needs Python 3.11"
python3 -m venv "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
