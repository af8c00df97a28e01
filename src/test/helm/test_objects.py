"""Many combinations of values: every object is what Kubernetes takes, and every pod keeps its strictest rules."""

import json
import os
import pathlib
import subprocess
import unittest

import kubernetes_validate

import chart

SCENARIOS = {
    "as it is": {},
    "one replica": {"replicaCount": 1},
    "autoscaled": {
        "autoscaling": {
            "enabled": True,
            "minReplicas": 2,
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 300}},
        }
    },
    "migrated by a job": {"migration": {"mode": "job", "existingSecret": "owner"}},
    "behind an ingress": {
        "ingress": {
            "enabled": True,
            "className": "nginx",
            "hosts": ["a.example", "b.example"],
            "tls": [{"secretName": "a"}],
        }
    },
    "behind a gateway": {"httpRoute": {"enabled": True, "parentRefs": [{"name": "public", "sectionName": "https"}]}},
    "monitored": {"monitoring": {"dashboards": {"enabled": True}}},
    "on OpenShift": {"openshift": "always", "hostUsers": False},
    "open network": {"networkPolicy": {"enabled": False}},
    "narrow network": {
        "networkPolicy": {
            "ingress": {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "gateways"}}}]},
            "egress": {
                "database": {"to": [{"ipBlock": {"cidr": "10.1.2.0/24"}}]},
                "backends": {"to": [{"ipBlock": {"cidr": "10.1.3.0/24"}}]},
                "oidc": {"enabled": True},
                "sources": {"enabled": False},
                "extra": [{"ports": [{"port": 4317, "protocol": "TCP"}]}],
            },
        }
    },
    "with everything else": {
        "commonLabels": {"team": "platform"},
        "image": {"registry": "registry.example", "digest": "sha256:" + "0a" * 32},
        "imagePullSecrets": [{"name": "pull"}],
        "serviceAccount": {"create": False, "name": "given"},
        "jvm": {"options": "-XX:MaxDirectMemorySize=64m"},
        "nodeSelector": {"pool": "secure"},
        "tolerations": [{"key": "secure", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {}},
        "priorityClassName": "high",
        "runtimeClassName": "gvisor",
        "podLabels": {"team": "platform"},
        "podAnnotations": {"note": "x"},
        "extraEnv": [{"name": "AWS_STS_REGIONAL_ENDPOINTS", "value": "regional"}],
        "extraEnvFrom": [{"configMapRef": {"name": "more"}}],
        "extraVolumes": [{"name": "more", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "more", "mountPath": "/more"}],
        "extraObjects": [
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-more"}},
            'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "token-vault.fullname" . }}-text\n',
        ],
        "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": "rack", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {}}
        ],
        "tests": {"existingSecret": "test"},
        "config": {"bootstrap": {"existingSecret": "bootstrap"}},
    },
}
VERSIONS = ("1.30", "1.32", "1.34", "1.35", "1.37")


def combinations():
    every = [(example, scenario) for example in chart.EXAMPLES for scenario in SCENARIOS]
    return {
        f"{example.stem}, {scenario}, Kubernetes {VERSIONS[i % len(VERSIONS)]}, Helm {4 - i % 2}": (
            example,
            SCENARIOS[scenario],
            VERSIONS[i % len(VERSIONS)],
            4 - i % 2,
        )
        for i, (example, scenario) in enumerate(every)
    }


@chart.with_cases
class Objects(unittest.TestCase):
    added = []

    @chart.each(combinations())
    def test_valid_and_restricted(self, combination):
        example, values, kubernetes, version = combination
        objects = chart.objects_of(example, values, f"{kubernetes}.0", chart.ADDED_KINDS, version)

        self.assertGreater(len(objects), 5)
        for item in objects:
            if item["apiVersion"].split("/")[0].endswith(".com") or "gateway." in item["apiVersion"]:
                Objects.added.append(item)
                continue
            try:
                kubernetes_validate.validate(item, kubernetes, strict=True)
            except kubernetes_validate.ValidationError as wrong:
                self.fail(f"{item['kind']} {item['metadata']['name']}: {wrong.message} at {list(wrong.path)}")
            if chart.pod_of(item):
                self.assertEqual([], broken_rules(chart.pod_of(item)), item["metadata"]["name"])

    def test_zz_objects_of_added_kinds(self):
        """After the others by its name: it checks what they rendered in one go."""
        self.assertTrue(Objects.added)
        self.assertEqual("", complaints(Objects.added))


class Checks(unittest.TestCase):
    """The checks above see what they should."""

    def setUp(self):
        objects = chart.objects_of(chart.EXAMPLES[0], kinds=chart.ADDED_KINDS)
        self.deployment = chart.one(objects, "Deployment")
        self.monitor = chart.one(objects, "ServiceMonitor")

    def test_a_misspelled_field(self):
        self.deployment["spec"]["template"]["spec"]["containers"][0]["readOnlyRootFilesystem"] = True
        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(self.deployment, "1.34", strict=True)

    def test_a_number_where_text_belongs(self):
        self.monitor["spec"]["endpoints"][0]["interval"] = 30
        self.assertIn("ServiceMonitor tv-token-vault", complaints([self.monitor]))

    def test_a_pod_with_a_broken_rule(self):
        pod = chart.pod_of(self.deployment)
        pod["containers"].append({"name": "open", "securityContext": {"privileged": True}})
        self.assertIn("open: privileged", broken_rules(pod))


def complaints(objects):
    done = subprocess.run(
        ["node", pathlib.Path(__file__).with_name("models.mjs"), os.environ["SCHEMAS_OF_TESTS"]],
        input=json.dumps(objects),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def broken_rules(pod):
    """The rules of the Pod Security Standard "restricted" that a pod breaks, and some that it does not have."""
    rules = []

    def rule(kept, name):
        if not kept:
            rules.append(name)

    security = pod.get("securityContext", {})
    rule(security.get("runAsNonRoot") is True, "runAsNonRoot")
    rule(security.get("runAsUser") != 0, "runAsUser")
    rule(security.get("seccompProfile", {}).get("type") in ("RuntimeDefault", "Localhost"), "seccompProfile")
    rule(not any(pod.get(name) for name in ("hostNetwork", "hostPID", "hostIPC")), "host namespaces")
    rule(pod.get("enableServiceLinks") is False, "enableServiceLinks")
    rule(pod.get("automountServiceAccountToken") is False, "automountServiceAccountToken")
    allowed = {
        "configMap",
        "secret",
        "projected",
        "emptyDir",
        "csi",
        "downwardAPI",
        "ephemeral",
        "persistentVolumeClaim",
    }
    for volume in pod.get("volumes", []):
        rule(set(volume) - {"name"} <= allowed, f"volume {volume['name']}")
    for container in pod.get("containers", []) + pod.get("initContainers", []):
        name, own = container["name"], container.get("securityContext", {})
        rule(own.get("allowPrivilegeEscalation") is False, f"{name}: allowPrivilegeEscalation")
        rule(not own.get("privileged"), f"{name}: privileged")
        rule(own.get("capabilities", {}).get("drop") == ["ALL"], f"{name}: capabilities")
        rule(not own.get("capabilities", {}).get("add"), f"{name}: added capabilities")
        rule(own.get("readOnlyRootFilesystem") is True, f"{name}: readOnlyRootFilesystem")
        rule(not any("hostPort" in port for port in container.get("ports", [])), f"{name}: hostPort")
        rule(container.get("resources", {}).get("limits", {}).get("memory"), f"{name}: memory limit")
    return rules
