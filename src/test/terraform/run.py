#!/usr/bin/env python3
"""Runs the tests of the Terraform modules; with words, those whose names have one of them in it."""

import pathlib
import sys
import unittest

here = pathlib.Path(__file__).parent
loader = unittest.TestLoader()
loader.testNamePatterns = ["*%s*" % word for word in sys.argv[1:]] or None
result = unittest.TextTestRunner(verbosity=1).run(loader.discover(str(here), top_level_dir=str(here)))
# Several parts of one test may have failed.
bad = len({getattr(test, "test_case", test).id() for test, _ in result.failures + result.errors})
print("%d passed, %d failed" % (result.testsRun - bad, bad))
sys.exit(0 if result.testsRun and not bad else 1)
