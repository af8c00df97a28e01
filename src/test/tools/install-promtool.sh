#!/bin/sh
# Installs promtool into <tools>/promtool and prints its path: the one of Debian's package of Prometheus, taken out of it, so
# that no server is set up; elsewhere one that is built with Go. <tools> is $TOKEN_VAULT_TOOLS, or .tools in the project. Does
# nothing, and needs no network, when it is there; two runs at once take turns.
set -eu

debian='2.*'
built=v0.316.0 # the Go module's number of Prometheus 3.16.0

project=$(CDPATH= cd -- "$(dirname -- "$0")/../../.." && pwd)
tools=${TOKEN_VAULT_TOOLS:-$project/.tools}
mkdir -p "$tools"
tools=$(CDPATH= cd -- "$tools" && pwd)
home=$tools/promtool
stamp=$home/.installed

install() {
    rm -rf "$home"
    mkdir -p "$home/unpacked"
    cd "$home/unpacked"
    if command -v dpkg-deb >/dev/null && apt-get download "prometheus=$debian" >/dev/null 2>&1; then
        dpkg-deb -x prometheus_*.deb .
        mv usr/bin/promtool "$home/"
    elif command -v go >/dev/null; then
        GOBIN=$home go install "github.com/prometheus/prometheus/cmd/promtool@$built" >&2
    else
        echo "install-promtool: Debian's apt-get with an up-to-date list of packages is needed, or Go" >&2
        exit 1
    fi
    cd "$home"
    rm -rf unpacked
    ./promtool --version >&2
    : >"$stamp"
}

if [ ! -e "$stamp" ]; then
    # A kernel lock where there is one: it dies with its holder, a lock folder would not.
    if command -v flock >/dev/null; then
        exec 9>"$tools/.promtool.lock"
        flock 9
    fi
    [ -e "$stamp" ] || install
fi
echo "$home/promtool"
