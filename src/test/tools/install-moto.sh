#!/bin/sh
# Installs moto, a stand-in for AWS, pinned, into <tools>/moto and prints the path of the Python that has it. <tools> is
# $TOKEN_VAULT_TOOLS, or .tools in the project. Does nothing, and needs no network, when that version is there; two runs
# at once take turns.
set -eu

version=5.2.5

project=$(CDPATH= cd -- "$(dirname -- "$0")/../../.." && pwd)
tools=${TOKEN_VAULT_TOOLS:-$project/.tools}
mkdir -p "$tools"
tools=$(CDPATH= cd -- "$tools" && pwd)
home=$tools/moto
stamp=$home/.installed-$version

install() {
    # The folder is final from the start: a Python environment does not survive being moved. The stamp comes last.
    rm -rf "$home"
    python3 -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check "moto[server]==$version" >&2
    "$home/bin/moto_server" --help >/dev/null
    : >"$stamp"
}

if [ ! -e "$stamp" ]; then
    command -v python3 >/dev/null || {
        echo "install-moto: python3 with the venv module is needed" >&2
        exit 1
    }
    # A kernel lock where there is one: it dies with its holder, a lock folder would not.
    if command -v flock >/dev/null; then
        exec 9>"$tools/.moto.lock"
        flock 9
    fi
    [ -e "$stamp" ] || install
fi
echo "$home/bin/python"
