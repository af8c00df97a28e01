"""values.yaml, its schema and the README say the same."""

import json
import pathlib
import re
import tarfile
import tempfile
import unittest

import yaml

import chart
import readme

VALUES = yaml.safe_load((chart.CHART / "values.yaml").read_text())
DOCUMENTS = (readme.README, chart.PROJECT / "docs/how-to/kubernetes.md")
SCHEMA = json.loads((chart.CHART / "values.schema.json").read_text())


def resolved(schema):
    return SCHEMA["definitions"][schema["$ref"].split("/")[-1]] if "$ref" in schema else schema


def paths_of(values, schema, path=""):
    """Paths that only one of the two has."""
    schema = resolved(schema)
    if not isinstance(values, dict) or "properties" not in schema:
        return
    for key in values.keys() ^ schema["properties"].keys():
        yield f"{path}{key}"
    for key in values.keys() & schema["properties"].keys():
        yield from paths_of(values[key], schema["properties"][key], f"{path}{key}.")


def objects_in(schema, path="#"):
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield path, schema
        for key, value in schema.items():
            yield from objects_in(value, f"{path}/{key}")
    elif isinstance(schema, list):
        for i, value in enumerate(schema):
            yield from objects_in(value, f"{path}/{i}")


class Values(unittest.TestCase):
    def test_the_schema_has_every_value_and_no_other(self):
        # "global" is Helm's own, and there is a choice of further keys in three places.
        further = {
            "global",
            "resources.claims",
            "podSecurityContext.fsGroupChangePolicy",
            "podSecurityContext.supplementalGroups",
        }
        self.assertEqual(further, set(paths_of(VALUES, SCHEMA)))

    def test_the_schema_lets_no_unknown_key_pass(self):
        open_ones = [
            path
            for path, schema in objects_in(SCHEMA)
            if schema.get("additionalProperties") is not False
            and not path.startswith("#/properties/extraEnv")
            # Alternatives that are closed themselves.
            and "oneOf" not in schema
        ]
        self.assertEqual([], open_ones)

    def test_each_kind_of_backend_is_closed(self):
        kinds = [resolved(kind) for kind in SCHEMA["definitions"]["backend"]["oneOf"]]
        self.assertEqual(["vault", "aws", "azure"], [kind["properties"]["type"]["const"] for kind in kinds])
        for kind in kinds:
            self.assertIs(False, kind["additionalProperties"])

    def test_no_value_of_a_secret_has_a_place(self):
        secret = re.compile(r"(password|secret|token|credential|key)$", re.IGNORECASE)
        # Names of objects, keys within them, and names of files.
        names = {"existingSecret", "key", "usernameKey", "passwordKey", "operatorKey", "tokenKey", "automountToken"}
        found = {key for _, schema in objects_in(SCHEMA) for key in schema["properties"] if secret.search(key)}
        self.assertEqual(set(), found - names)

    def test_every_value_has_a_meaning(self):
        self.assertEqual([], readme.values()[1])

    def test_the_readme_has_the_table(self):
        text = readme.README.read_text()
        self.assertEqual(readme.with_table(text), text, "src/test/helm/run --update writes it")

    def test_the_readme_has_every_setting_of_environments_and_backends(self):
        text = readme.README.read_text()
        for name in (
            "environment",
            "vaultBackend",
            "awsBackend",
            "azureBackend",
            "kubernetesAuth",
            "approleAuth",
            "tokenAuth",
        ):
            for key in SCHEMA["definitions"][name]["properties"]:
                self.assertIn(f"`{key}`", text, f"{key} of {name}")

    def test_the_documents_lead_somewhere(self):
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", readme.README.read_text()):
            self.assertTrue((readme.README.parent / link).exists(), link)

    def test_the_documents_show_values_that_work(self):
        for page in DOCUMENTS:
            blocks = re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)
            self.assertTrue(blocks, page.name)
            for block in blocks:
                values = yaml.safe_load(block.replace("sha256:…", "sha256:" + "0" * 64).replace("…", "x"))
                with self.subTest(page=page.name, block=block[:60]):
                    chart.objects_of(chart.CHART / "ci/vault-values.yaml", values)

    def test_the_version_is_that_of_the_service(self):
        pom = re.search(r"<version>([0-9.]+)(?:-SNAPSHOT)?</version>", (chart.PROJECT / "pom.xml").read_text()).group(1)
        about = yaml.safe_load((chart.CHART / "Chart.yaml").read_text())
        self.assertEqual((pom, pom), (about["version"], about["appVersion"]))

    def test_a_package_has_all_that_is_rendered_and_no_examples(self):
        with tempfile.TemporaryDirectory() as folder:
            for version in (4, 3):
                chart.helm("package", chart.CHART, "--destination", folder, version=version)
                with tarfile.open(next(pathlib.Path(folder).glob("*.tgz"))) as package:
                    names = package.getnames()
                self.assertIn("token-vault/values.schema.json", names)
                self.assertIn("token-vault/files/alerts/token-vault.yaml", names)
                self.assertEqual([], [name for name in names if "/ci/" in name])

    def test_lint(self):
        for example in chart.EXAMPLES:
            for version in (4, 3):
                with self.subTest(example=example.name, helm=version):
                    said = chart.helm("lint", "--strict", chart.CHART, "--values", example, version=version)
                    self.assertNotIn("[WARNING]", said)

    def test_helm_3_renders_the_same(self):
        for example in chart.EXAMPLES:
            with self.subTest(example=example.name):
                ours = chart.objects_of(example, kinds=chart.ADDED_KINDS)
                theirs = chart.objects_of(example, kinds=chart.ADDED_KINDS, version=3)
                by_name = lambda item: (item["kind"], item["metadata"]["name"])
                self.assertEqual(sorted(ours, key=by_name), sorted(theirs, key=by_name))
