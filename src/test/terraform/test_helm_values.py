"""What the modules hand to the Helm chart is what the service and the chart know."""

import re
import subprocess
import unittest

import tofu
import yaml

SETTINGS = tofu.PROJECT / "docs/reference/configuration.md"
CHARTS = sorted(path.parent for path in (tofu.PROJECT / "helm").glob("*/Chart.yaml"))

# Of the chart alone: it makes files of them and sets auth.jwt-file, auth.secret-id-file and tls.ca-file.
OF_THE_CHART = {"auth.audience", "auth.existing-secret", "tls.config-map"}

# What the chart needs beside the backends, and no module knows.
REST = {
    "config": {"authz": {"allowedSources": ["10.0.0.0/8"]}},
    "database": {"host": "postgres.example", "existingSecret": "token-vault-database"},
}


def handed_over():
    """Each set of values, with those of several modules of one deployment taken together."""
    for example in tofu.EXAMPLES:
        _, outputs = tofu.applied(example)
        values = {name: yaml.safe_load(text) for name, text in outputs.items() if name.endswith("helm_values")}
        if example == "mixed":
            values = {"both": merged(*values.values())}
        for name, found in values.items():
            yield "%s %s" % (example, name), found


def merged(*several):
    result = {}
    for values in several:
        for key, value in values.items():
            known = result.get(key)
            result[key] = merged(known, value) if isinstance(known, dict) else value
    return result


def leaves(values, path=()):
    for key, value in values.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def setting(path):
    """The name of the setting: maps have names in them, the rest is in kebab case."""
    first, *rest = path
    if first in ("environments", "backends"):
        rest[0] = "<name>"
    return ".".join(["token-vault", first] + [re.sub("([A-Z])", r"-\1", part).lower() for part in rest])


class HelmValues(unittest.TestCase):
    def test_every_value_is_a_setting_of_the_service(self):
        known = set(re.findall(r"^\| `(token-vault\.[^`]+)` \|", SETTINGS.read_text(), re.M))
        known |= {"token-vault.backends.<name>." + key for key in OF_THE_CHART}
        for name, values in handed_over():
            for path in leaves(values["config"]):
                with self.subTest(values=name, path=path):
                    self.assertIn(setting(path), known)

    def test_every_environment_has_a_backend_and_one_of_them_keeps_system(self):
        for name, values in handed_over():
            with self.subTest(name):
                config = values["config"]
                used = [environment["backend"] for environment in config["environments"].values()]
                used.append(config["system"]["backend"])
                self.assertEqual(sorted(config["backends"]), sorted(used))

    def test_no_value_is_a_secret(self):
        for name, values in handed_over():
            for path in leaves(values):
                with self.subTest(values=name, path=path):
                    self.assertNotRegex(path[-1].lower(), "^(token|secretid|password|clientsecret|key)$")


def rendered_by(chart):
    def test(self):
        for name, values in handed_over():
            with self.subTest(name):
                done = subprocess.run(
                    [tofu.tool("helm") + "/helm", "template", "tv", chart, "--values", "-"],
                    input=yaml.safe_dump(merged(REST, values)),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
                self.assertEqual(0, done.returncode, done.stdout)
                self.assertIn("kind: Deployment", done.stdout)

    return test


for one in CHARTS:
    setattr(HelmValues, "test_the_chart_renders_them_" + one.name.replace("-", "_"), rendered_by(one))
