"""The chart, rendered by a real Helm, and what the tests ask of the result."""

import functools
import os
import pathlib
import subprocess
import tempfile

import yaml

PROJECT = pathlib.Path(__file__).resolve().parents[3]
CHART = PROJECT / "helm" / "token-vault"
HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = sorted((CHART / "ci").glob("*-values.yaml"))
# The kinds that an add-on of the cluster brings.
ADDED_KINDS = (
    "monitoring.coreos.com/v1/ServiceMonitor",
    "monitoring.coreos.com/v1/PrometheusRule",
    "gateway.networking.k8s.io/v1/HTTPRoute",
)


class Refused(Exception):
    """Helm did not render; the message is what it said."""


def helm(*arguments, version=4):
    program = pathlib.Path(os.environ["HELM_HOME_OF_TESTS"]) / ("helm" if version == 4 else "helm3")
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(done.stdout + done.stderr)
    return done.stdout


def text_of(example, values=None, kubernetes="1.34.0", kinds=(), version=4):
    """What Helm writes for one of the examples, with these values on top; None takes one away."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(merged(yaml.safe_load(example.read_text()), values or {}), file)
        file.flush()
        arguments = [
            "template",
            "tv",
            CHART,
            "--namespace",
            "tokens",
            "--kube-version",
            kubernetes,
            "--values",
            file.name,
        ]
        for kind in kinds:
            arguments += ["--api-versions", kind]
        return helm(*arguments, version=version)


def objects_of(*arguments, **more):
    return [document for document in yaml.safe_load_all(text_of(*arguments, **more)) if document]


@functools.cache
def example(name):
    """The objects of an example as it is."""
    return tuple(objects_of(CHART / "ci" / f"{name}-values.yaml"))


def one(objects, kind, ending=""):
    found = [item for item in objects if item["kind"] == kind and item["metadata"]["name"].endswith(ending)]
    assert len(found) == 1, f"{len(found)} objects of kind {kind}"
    return found[0]


def pod_of(item):
    """The specification of the pods that an object makes; none when it makes none."""
    if item["kind"] == "Pod":
        return item["spec"]
    return item.get("spec", {}).get("template", {}).get("spec")


def settings_of(objects):
    """The settings of the service, by key."""
    lines = one(objects, "ConfigMap", "tv-token-vault")["data"]["application.properties"].splitlines()
    settings = [line.split("=", 1) for line in lines if line]
    keys = [key for key, _ in settings]
    assert len(keys) == len(set(keys)), f"a setting twice in {keys}"
    return dict(settings)


def merged(base, more):
    """Maps, one over the other; what is None there goes."""
    result = dict(base)
    for key, value in more.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return {key: value for key, value in result.items() if value is not None}


def each(cases):
    """Makes one test of every case: a map of names to arguments."""

    def decorate(test):
        test.cases = cases
        return test

    return decorate


def with_cases(kind):
    """A class decorator that unfolds @each, so that every case is a test with a name of its own."""
    for name, test in list(vars(kind).items()):
        for case, argument in getattr(test, "cases", {}).items():

            def run(self, test=test, argument=argument):
                test(self, argument)

            setattr(kind, f"{name}: {case}", run)
        if hasattr(test, "cases"):
            delattr(kind, name)
    return kind
