"""The whole of what one example renders, so that a change of it is seen when it is reviewed."""

import difflib
import unittest

import chart

FILE = chart.HERE / "snapshot" / "vault.yaml"


def rendered():
    text = chart.text_of(chart.CHART / "ci/vault-values.yaml", kinds=chart.ADDED_KINDS)
    # The alerts have tests, and owners, of their own.
    return "\n".join(part for part in text.split("\n---\n") if "kind: PrometheusRule" not in part)


def write():
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(rendered())


class Snapshot(unittest.TestCase):
    def test_it_is_as_reviewed(self):
        changes = difflib.unified_diff(
            FILE.read_text().splitlines(), rendered().splitlines(), "reviewed", "now", lineterm=""
        )
        self.assertEqual("", "\n".join(changes), "src/test/helm/run --update accepts it")
