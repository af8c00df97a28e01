"""The READMEs of the modules say what the modules take and give."""

import unittest

import readme
import tofu


class Readmes(unittest.TestCase):
    def test_tables_are_those_of_the_sources(self):
        for name in tofu.MODULES:
            with self.subTest(name):
                module = readme.MODULES / name
                self.assertEqual(readme.completed(module), (module / "README.md").read_text(), "run src/test/terraform/readme.py")
