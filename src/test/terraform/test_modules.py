"""What OpenTofu and tflint say of the modules and the examples."""

import os
import pathlib
import re
import subprocess
import unittest

import tofu

ALL = ["modules/" + name for name in tofu.MODULES] + ["examples/" + name for name in tofu.EXAMPLES]


class Modules(unittest.TestCase):
    def test_sources_are_formatted(self):
        done = tofu.run(".", "fmt", "-check", "-diff", "-recursive", check=False)
        self.assertEqual(0, done.returncode, done.stdout)

    def test_lint(self):
        done = subprocess.run(
            [tofu.tool("tflint"), "--recursive", "--config=%s" % pathlib.Path(__file__).with_name("tflint.hcl"), "--no-color"],
            cwd=tofu.folder() / "terraform",
            env={name: value for name, value in os.environ.items() if not name.startswith("TF_")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.assertEqual(0, done.returncode, done.stdout)

    def test_every_module_has_what_a_module_has(self):
        for name in tofu.MODULES:
            with self.subTest(name):
                files = {path.name for path in (tofu.SOURCES / "modules" / name).iterdir()}
                self.assertLessEqual({"README.md", "main.tf", "variables.tf", "outputs.tf", "versions.tf", "tests"}, files)

    def test_every_variable_and_output_is_described(self):
        for path in tofu.SOURCES.rglob("*.tf"):
            for kind, name, body in re.findall(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', path.read_text(), re.S | re.M):
                with self.subTest(path=path, name=name):
                    self.assertRegex(body, r'  description = "[^"]{10,}')
                    if kind == "variable":
                        self.assertIn("  type ", body)

    def test_no_secret_is_written_or_read(self):
        """Terraform never sees a token, a keyring or a secret id, so that none is in its state."""
        for path in tofu.SOURCES.rglob("*.tf"):
            types = re.findall(r'^(?:resource|data|ephemeral) "(\w+)"', path.read_text(), re.M)
            for found in types:
                self.assertNotRegex(
                    found, "secret_version|secretsmanager_secret|key_vault_secret$|kv_secret(_v2)?$|secret_id|_token$|generic_secret"
                )


def validates(where):
    def test(self):
        tofu.run(tofu.initialised(where), "validate", "-no-color")

    return test


def passes_its_own_tests(where):
    def test(self):
        done = tofu.run(tofu.initialised(where), "test", "-no-color")
        self.assertRegex(done.stdout, r"Success! [1-9]\d* passed, 0 failed\.")

    return test


def applies(example):
    def test(self):
        made, _ = tofu.applied(example)
        self.assertTrue(made)

    return test


for place in ALL:
    setattr(Modules, "test_validate_" + place.replace("/", "_"), validates(place))
for module in tofu.MODULES:
    setattr(Modules, "test_own_tests_of_" + module, passes_its_own_tests("modules/" + module))
for one in tofu.EXAMPLES:
    setattr(Modules, "test_apply_" + one, applies(one))
