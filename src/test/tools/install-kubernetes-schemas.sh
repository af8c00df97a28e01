#!/bin/sh
# Installs what checks Kubernetes objects, pinned, into <tools>/kubernetes-schemas and prints the path of that folder: a
# Python with kubernetes-validate (the strict schemas of the core kinds) in bin/, and models of the kinds of the Prometheus
# operator and the Gateway API in node_modules/. <tools> is $TOKEN_VAULT_TOOLS, or .tools in the project. Does nothing, and
# needs no network, when these versions are there; two runs at once take turns.
set -eu

core=1.37.0
prometheus=6.0.0
gateway=2.0.0

project=$(CDPATH= cd -- "$(dirname -- "$0")/../../.." && pwd)
tools=${TOKEN_VAULT_TOOLS:-$project/.tools}
mkdir -p "$tools"
tools=$(CDPATH= cd -- "$tools" && pwd)
home=$tools/kubernetes-schemas
stamp=$home/.installed-$core-$prometheus-$gateway

install() {
    # The folder is final from the start: a Python environment does not survive being moved. The stamp comes last.
    rm -rf "$home"
    python3 -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check "kubernetes-validate==$core" >&2
    npm install --prefix "$home" --silent --no-audit --no-fund \
        "@kubernetes-models/prometheus-operator@$prometheus" "@kubernetes-models/gateway-api@$gateway" >&2
    : >"$stamp"
}

if [ ! -e "$stamp" ]; then
    command -v npm >/dev/null && command -v python3 >/dev/null || {
        echo "install-kubernetes-schemas: npm, and python3 with the venv module, are needed" >&2
        exit 1
    }
    # A kernel lock where there is one: it dies with its holder, a lock folder would not.
    if command -v flock >/dev/null; then
        exec 9>"$tools/.kubernetes-schemas.lock"
        flock 9
    fi
    [ -e "$stamp" ] || install
fi
echo "$home"
