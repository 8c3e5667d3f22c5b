# What the scripts beside this one share: where things are, and a step that says what it does and how long it took.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
exports=$root/schema/export/decthings
next=$root/schema/export/weights
tools=$root/target/foreign
out=$tools/out
mkdir -p "$out"

step() {
  local name=$1 start=$SECONDS
  shift
  if "$@" >"$out/$name.log" 2>&1; then
    printf 'ok    %-34s %4d s\n' "$name" $((SECONDS - start))
  else
    printf 'FAIL  %-34s %4d s\n' "$name" $((SECONDS - start))
    tail -n 40 "$out/$name.log"
    exit 1
  fi
}

# Installs the packages of package.json as they are pinned, unless they are there.
npm_install() {
  cmp -s "$here/package-lock.json" "$tools/npm/installed.json" && return
  mkdir -p "$tools/npm"
  cp "$here"/package.json "$here"/package-lock.json "$tools/npm/"
  step npm-install npm ci --prefix "$tools/npm" --ignore-scripts --no-audit --no-fund
  cp "$here/package-lock.json" "$tools/npm/installed.json"
}

# Ends the script where something is missing that is not ours to install.
skip() {
  printf 'skipped: %s, for %s\n' "$(basename "$0")" "$*"
  exit 77
}
