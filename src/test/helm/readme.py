"""The table of values in the chart's README, made of the comments in values.yaml."""

import json
import re

import yaml

from chart import CHART

README = CHART / "README.md"
START = "<!-- values: made of values.yaml by src/test/helm/run --update -->\n"
END = "<!-- end of values -->\n"


def values():
    """Every value that has a line of its own: path, default, meaning; and the paths that have no meaning."""
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())
    rows, silent, path, meaning = [], [], [], None
    for line in (CHART / "values.yaml").read_text().splitlines():
        comment = re.fullmatch(r"\s*# -- (.*)", line)
        key = re.fullmatch(r"( *)([A-Za-z]+):(.*)", line)
        if comment:
            meaning = comment.group(1)
        elif key:
            depth = len(key.group(1)) // 2
            path = path[:depth] + [key.group(2)]
            if any(".".join(path).startswith(f"{row[0]}.") for row in rows):
                continue
            if meaning:
                rows.append((".".join(path), at(defaults, path), meaning))
            elif key.group(3).strip():
                silent.append(".".join(path))
            meaning = None
    return rows, silent


def at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def table():
    lines = ["| value | default | meaning |", "| --- | --- | --- |"]
    for path, default, meaning in values()[0]:
        lines.append(f"| `{path}` | `{json.dumps(default)}` | {meaning} |".replace('`""`', "–").replace("`null`", "–"))
    return "\n".join(lines) + "\n"


def with_table(text):
    before, rest = text.split(START)
    return before + START + table() + END + rest.split(END)[1]


def write():
    README.write_text(with_table(README.read_text()))
