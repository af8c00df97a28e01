#!/usr/bin/env python3
"""Writes the table of inputs and outputs into the README of each module; the sources are formatted and thus easy to read."""

import pathlib
import re

MODULES = pathlib.Path(__file__).resolve().parents[3] / "terraform/modules"
MARKS = ("<!-- inputs and outputs: begin -->", "<!-- inputs and outputs: end -->")


def declared(module, kind):
    source = "".join(path.read_text() for path in sorted(module.glob("*.tf")))
    return re.findall(r'^%s "(\w+)" \{\n(.*?)^\}' % kind, source, re.S | re.M)


def argument(body, name):
    """An argument of a block, over as many lines as it has; empty when it is not there."""
    found = re.search(r"^  %s\s+= (.*?)(?=^  \w|^$|\Z)" % name, body, re.S | re.M)
    text = found[1].strip() if found else ""
    # What stood on lines of its own is told apart by commas.
    return " ".join(re.sub(r"(?<=[^{(\[,])\n(?=\s*[^\s})\]])", ", ", text).split())


def described(body):
    return argument(body, "description").strip('"').replace("\\\"", '"').replace("|", "\\|")


def table(module):
    lines = ["| input | type | default | meaning |", "| --- | --- | --- | --- |"]
    for name, body in sorted(declared(module, "variable")):
        default = argument(body, "default")
        lines.append(
            "| `%s` | `%s` | %s | %s |"
            % (name, argument(body, "type"), "`%s`" % default if default else "required", described(body))
        )
    lines += ["", "| output | meaning |", "| --- | --- |"]
    lines += ["| `%s` | %s |" % (name, described(body)) for name, body in sorted(declared(module, "output"))]
    return "\n".join(lines)


def completed(module):
    """The README as it should be."""
    text = (module / "README.md").read_text()
    begin, end = (text.index(mark) for mark in MARKS)
    return text[: begin + len(MARKS[0])] + "\n\n" + table(module) + "\n\n" + text[end:]


if __name__ == "__main__":
    for one in MODULES.iterdir():
        (one / "README.md").write_text(completed(one))
