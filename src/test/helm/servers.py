"""A Kubernetes API with nothing behind it, and an OpenBao, on loopback; both end with the test."""

import contextlib
import json
import os
import pathlib
import secrets
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request

LONGEST = 90


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, test):
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            if test():
                return
        time.sleep(0.2)
    raise AssertionError(f"{what} did not come in {LONGEST} s")


class Servers:
    """Started one by one, stopped all at once."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.processes = []

    def start(self, name, *command):
        with open(self.folder / f"{name}.log", "w") as log:
            process = subprocess.Popen([*map(str, command)], cwd=self.folder, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


class Cluster:
    def __init__(self, servers):
        home = pathlib.Path(os.environ["KUBERNETES_OF_TESTS"])
        folder, store, port = servers.folder, free_port(), free_port()
        self.url = f"https://127.0.0.1:{port}"
        self.config = folder / "kubeconfig"
        # etcd has no way in but its port of loopback; the token below is made for this run.
        servers.start(
            "etcd", home / "etcd", "--data-dir", folder / "etcd",
            "--listen-client-urls", f"http://127.0.0.1:{store}", "--advertise-client-urls", f"http://127.0.0.1:{store}",
            "--listen-peer-urls", f"http://127.0.0.1:{free_port()}",
        )  # fmt: skip
        token = secrets.token_hex(16)
        (folder / "tokens.csv").write_text(f'{token},admin,admin,"system:masters"\n')
        subprocess.run(["openssl", "genrsa", "-out", folder / "accounts.key", "2048"], check=True, capture_output=True)
        servers.start(
            "kube-apiserver", home / "kube-apiserver", f"--etcd-servers=http://127.0.0.1:{store}",
            "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none",
            f"--secure-port={port}", f"--cert-dir={folder / 'certificates'}",
            "--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={folder / 'accounts.key'}",
            f"--service-account-signing-key-file={folder / 'accounts.key'}", f"--token-auth-file={folder / 'tokens.csv'}",
            "--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/24",
            # Nothing here makes the account "default" of a namespace, without which that one refuses pods.
            "--disable-admission-plugins=ServiceAccount",
        )  # fmt: skip
        self.config.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": {"server": self.url, "insecure-skip-tls-verify": True}}],
            "users": [{"name": "test", "user": {"token": token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test", "namespace": "tokens"}}],
        }))  # fmt: skip
        self.config.chmod(0o600)
        self.authority = folder / "certificates" / "apiserver.crt"
        wait_for("the Kubernetes API", lambda: self.kubectl("get", "--raw", "/readyz") == "ok")

    def kubectl(self, *arguments, stdin=None):
        program = pathlib.Path(os.environ["HELM_HOME_OF_TESTS"]) / "kubectl"
        done = subprocess.run(
            [program, "--kubeconfig", self.config, *arguments], input=stdin, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise subprocess.CalledProcessError(done.returncode, arguments, done.stdout, done.stderr)
        return done.stdout

    def get(self, *what):
        return json.loads(self.kubectl("get", *what, "--output", "json"))


class OpenBao:
    def __init__(self, servers):
        folder, port = servers.folder / "openbao", free_port()
        folder.mkdir()
        self.root = secrets.token_hex(16)
        self.url = f"https://127.0.0.1:{port}"
        servers.start(
            "openbao", os.environ["OPENBAO_OF_TESTS"], "server", "-dev", "-dev-tls", f"-dev-tls-cert-dir={folder}",
            f"-dev-root-token-id={self.root}", f"-dev-listen-address=127.0.0.1:{port}", "-dev-no-store-token",
        )  # fmt: skip
        self.authority = folder / "vault-ca.pem"
        wait_for("OpenBao", lambda: self.call("GET", "secret/config")[0] == 200)

    def call(self, method, path, body=None, token=None):
        """Status and answer of a call, as root unless another token is given."""
        request = urllib.request.Request(
            f"{self.url}/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-Vault-Token": token or self.root},
        )
        try:
            with urllib.request.urlopen(
                request, context=ssl.create_default_context(cafile=self.authority), timeout=10
            ) as answer:
                content = answer.read()
                return answer.status, json.loads(content) if content else {}
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"{}")
