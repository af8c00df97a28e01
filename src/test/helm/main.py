"""Runs the tests: a line for each that fails, and one at the end."""

import pathlib
import sys
import unittest

import readme
import test_snapshot


class Lines(unittest.TestResult):
    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed = getattr(self, "passed", 0) + 1

    def addFailure(self, test, failure):
        super().addFailure(test, failure)
        print(f"FAILED {name(test)}\n    {str(failure[1]).strip()}".replace("\n", "\n    "))

    def addError(self, test, failure):
        super().addError(test, failure)
        print(f"FAILED {name(test)}\n{self.errors[-1][1]}")


def name(test):
    return f"{type(test).__name__}.{getattr(test, '_testMethodName', test)}"


def main(arguments):
    if arguments == ["--update"]:
        readme.write()
        test_snapshot.write()
        return 0
    # Those that need servers are chosen by name of their file.
    files = "in_cluster.py" if "--cluster" in arguments else "test_*.py"
    arguments = [part for part in arguments if part != "--cluster"]
    # A name, or part of it, chooses tests.
    loader = unittest.TestLoader()
    if arguments:
        loader.testNamePatterns = [f"*{part}*" for part in arguments]
    result = Lines()
    loader.discover(str(pathlib.Path(__file__).parent), files).run(result)
    failed = len(result.failures) + len(result.errors)
    passed = getattr(result, "passed", 0)
    print(f"helm: {passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
