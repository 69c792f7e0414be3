"""The built-in segmenter keeps the laws of segmenters."""

from kgbuild.segmenters.rules import SPEC
from kgbuild.testing.contracts import SegmenterContract


class TestRules(SegmenterContract):
    spec = SPEC
