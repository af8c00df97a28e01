#!/bin/sh
# Installs tflint, pinned, into <tools>/tflint and prints the path of its binary. <tools> is $TOKEN_VAULT_TOOLS, or .tools
# in the project. Does nothing, and needs no network, when that version is there; two runs at once take turns.
set -eu

version=0.64.0

scripts=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
tools=${TOKEN_VAULT_TOOLS:-$scripts/../../../.tools}
mkdir -p "$tools"
tools=$(CDPATH= cd -- "$tools" && pwd)
home=$tools/tflint
stamp=$home/.installed-$version

install() {
    rm -rf "$home"
    mkdir -p "$home"
    go=$("$scripts/install-go.sh")
    GOBIN=$home GOFLAGS= "$go" install "github.com/terraform-linters/tflint@v$version" >&2
    "$home/tflint" --version >&2
    : >"$stamp"
}

if [ ! -e "$stamp" ]; then
    # A kernel lock where there is one: it dies with its holder, a lock folder would not.
    if command -v flock >/dev/null; then
        exec 9>"$tools/.tflint.lock"
        flock 9
    fi
    [ -e "$stamp" ] || install
fi
echo "$home/tflint"
