"""A release in a real Kubernetes API; run by make test-cluster."""

import json
import re
import subprocess
import tempfile
import threading
import unittest

import chart
import servers

VALUES = chart.CHART / "ci/vault-values.yaml"
POLICY = re.search(r"(?s)```hcl\n(.*?)```", (chart.PROJECT / "docs/how-to/openbao.md").read_text()).group(1)


def custom_kind(group, plural, kind):
    """A definition that lets everything pass: whether the objects are right is tested elsewhere."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural}.{group}",
            "annotations": {"api-approved.kubernetes.io": "unapproved, for a test"},
        },
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }


class InCluster(unittest.TestCase):
    """One release in the order of its life; unittest runs tests by name."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="token-vault-cluster-")
        cls.running = servers.Servers(cls.folder.name)
        cls.addClassCleanup(cls.folder.cleanup)
        cls.addClassCleanup(cls.running.stop)
        cls.cluster = servers.Cluster(cls.running)
        cls.openbao = servers.OpenBao(cls.running)
        cls.cluster.kubectl("create", "namespace", "tokens")
        cls.cluster.kubectl("label", "namespace", "tokens", "pod-security.kubernetes.io/enforce=restricted")

    def helm(self, *arguments, version=4):
        return chart.helm("--kubeconfig", self.cluster.config, "--namespace", "tokens", *arguments, version=version)

    def when_made(self, kind, name, status):
        """Plays the part of the node for one object: waits for it and says how it ended. Returns what was made."""
        made = {}

        def play():
            def there():
                made.update(self.cluster.get(kind, name))
                return True

            servers.wait_for(f"{kind} {name}", there)
            self.cluster.kubectl(
                "patch", kind, name, "--subresource=status", "--type=merge", "--patch", json.dumps({"status": status})
            )

        thread = threading.Thread(target=play)
        thread.start()
        return thread, made

    def admitted(self, pod):
        body = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "judged"},
            "spec": {**pod, "restartPolicy": "Never"},
        }
        self.cluster.kubectl("create", "--dry-run=server", "--filename", "-", stdin=json.dumps(body))

    def test_1_install(self):
        self.helm("install", "tv", chart.CHART, "--values", VALUES)

        self.admitted(self.cluster.get("deployment", "tv-token-vault")["spec"]["template"]["spec"])
        self.assertEqual(
            [], [item for item in self.cluster.get("secrets")["items"] if not item["type"].startswith("helm.sh/")]
        )
        self.cluster.get("poddisruptionbudget", "tv-token-vault")
        self.cluster.get("networkpolicy", "tv-token-vault")

    def test_2_admission_is_awake(self):
        pod = self.cluster.get("deployment", "tv-token-vault")["spec"]["template"]["spec"]
        pod["containers"][0]["securityContext"]["capabilities"] = {"drop": []}
        with self.assertRaises(subprocess.CalledProcessError) as refused:
            self.admitted(pod)
        self.assertIn("restricted", refused.exception.stderr)

    def test_3_upgrade_with_a_job_and_kinds_that_came_later(self):
        for group, plural, kind in (
            ("monitoring.coreos.com", "servicemonitors", "ServiceMonitor"),
            ("monitoring.coreos.com", "prometheusrules", "PrometheusRule"),
            ("gateway.networking.k8s.io", "httproutes", "HTTPRoute"),
        ):
            self.cluster.kubectl("create", "--filename", "-", stdin=json.dumps(custom_kind(group, plural, kind)))
            servers.wait_for(kind, lambda plural=plural, group=group: self.cluster.get(f"{plural}.{group}"))
        # The node says that the Job has done its work.
        done = [{"type": kind, "status": "True"} for kind in ("SuccessCriteriaMet", "Complete")]
        now = "2030-01-01T00:00:00Z"
        thread, job = self.when_made(
            "job",
            "tv-token-vault-migration",
            {"startTime": now, "completionTime": now, "succeeded": 1, "conditions": done},
        )
        self.helm(
            "upgrade", "tv", chart.CHART, "--values", VALUES, "--timeout", "60s",
            "--set", "migration.mode=job", "--set", "autoscaling.enabled=true", "--set", "httpRoute.enabled=true",
            "--set", "httpRoute.parentRefs[0].name=public", "--set", "commonLabels.team=platform",
        )  # fmt: skip
        thread.join()

        self.admitted(job["spec"]["template"]["spec"])
        self.cluster.get("servicemonitor", "tv-token-vault")
        self.assertTrue(self.cluster.get("prometheusrules")["items"])
        self.cluster.get("httproute", "tv-token-vault")
        self.cluster.get("horizontalpodautoscaler", "tv-token-vault")
        self.assertEqual("platform", self.cluster.get("deployment", "tv-token-vault")["metadata"]["labels"]["team"])

    def test_4_test(self):
        thread, pod = self.when_made("pod", "tv-token-vault-round-trip", {"phase": "Succeeded"})
        said = self.helm("test", "tv", "--timeout", "60s")
        thread.join()

        # It was admitted as it is; the API of the cluster has judged it.
        self.assertEqual("round-trip", pod["spec"]["containers"][0]["args"][0])
        self.assertIn("Succeeded", said)

    def test_5_openbao_lets_each_identity_into_its_own_environment(self):
        self.configure_openbao()
        pod = self.cluster.get("deployment", "tv-token-vault")["spec"]["template"]["spec"]
        settings = self.cluster.get("configmap", "tv-token-vault")["data"]["application.properties"]
        tokens = {}
        for source in next(volume for volume in pod["volumes"] if volume["name"] == "identities")["projected"][
            "sources"
        ]:
            projected = source["serviceAccountToken"]
            name = projected["path"]
            # What the node would ask the API for, to fill the volume.
            identity = self.cluster.kubectl(
                "create", "token", pod["serviceAccountName"], "--audience", projected["audience"],
                "--duration", f"{projected['expirationSeconds']}s",
            )  # fmt: skip
            role = re.search(rf"^token-vault.backends.{name}.auth.role=(.*)$", settings, re.MULTILINE).group(1)
            for other in ("token-vault-production", "token-vault-sandbox"):
                status, answer = self.openbao.call(
                    "POST", "auth/kubernetes/login", {"role": other, "jwt": identity.strip()}
                )
                self.assertEqual(other == role, status == 200, f"{name} as {other}: {answer}")
                if other == role:
                    tokens[name] = answer["auth"]["client_token"]

        for name, token in tokens.items():
            for environment in tokens:
                path = f"secret/data/token-vault/{environment}/keyring"
                status, _ = self.openbao.call("POST", path, {"data": {"x": "y"}}, token)
                self.assertEqual(name == environment, status == 200, f"{name} writes to {environment}")
        self.assertEqual({"production", "sandbox"}, set(tokens))

    def test_6_another_account_stays_outside(self):
        self.cluster.kubectl("create", "serviceaccount", "other")
        identity = self.cluster.kubectl("create", "token", "other", "--audience", "token-vault-production").strip()
        status, _ = self.openbao.call(
            "POST", "auth/kubernetes/login", {"role": "token-vault-production", "jwt": identity}
        )
        self.assertEqual(403, status)

    def test_7_uninstall(self):
        self.helm("uninstall", "tv")

        left = self.cluster.get(
            "deployment,service,configmap,secret,networkpolicy,poddisruptionbudget,serviceaccount,httproute,job,pod"
        )["items"]
        names = [item["metadata"]["name"] for item in left]
        self.assertEqual([], [name for name in names if name.startswith(("tv-", "sh.helm"))])

    def test_8_helm_3(self):
        self.helm("install", "tv", chart.CHART, "--values", VALUES, version=3)
        self.helm("upgrade", "tv", chart.CHART, "--values", VALUES, "--set", "replicaCount=2", version=3)
        # And Helm 4 takes over what Helm 3 made.
        self.helm("upgrade", "tv", chart.CHART, "--values", VALUES, "--set", "replicaCount=4")

        self.assertEqual(4, self.cluster.get("deployment", "tv-token-vault")["spec"]["replicas"])
        self.helm("uninstall", "tv")

    def configure_openbao(self):
        self.cluster.kubectl("create", "serviceaccount", "openbao")
        self.cluster.kubectl(
            "create",
            "clusterrolebinding",
            "openbao",
            "--clusterrole=system:auth-delegator",
            "--serviceaccount=tokens:openbao",
        )
        self.openbao.call("POST", "sys/auth/kubernetes", {"type": "kubernetes"})
        self.openbao.call(
            "POST",
            "auth/kubernetes/config",
            {
                "kubernetes_host": self.cluster.url,
                "kubernetes_ca_cert": self.cluster.authority.read_text(),
                "token_reviewer_jwt": self.cluster.kubectl("create", "token", "openbao").strip(),
                "disable_local_ca_jwt": True,
            },
        )
        for name in ("production", "sandbox"):
            role = f"token-vault-{name}"
            self.openbao.call("PUT", f"sys/policies/acl/{role}", {"policy": POLICY.replace("production", name)})
            self.openbao.call(
                "POST",
                f"auth/kubernetes/role/{role}",
                {
                    "bound_service_account_names": "tv-token-vault",
                    "bound_service_account_namespaces": "tokens",
                    "audience": role,
                    "token_policies": role,
                },
            )
