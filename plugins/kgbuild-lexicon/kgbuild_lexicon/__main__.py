"""``python -m kgbuild_lexicon FILE…`` reads word lists and prints what was left out, and why."""

from __future__ import annotations

import sys

from kgbuild import KgbuildError
from kgbuild_lexicon.loading import load
from kgbuild_lexicon.settings import LexiconSettings


def main(files: list[str]) -> int:
    """Print the report; 0 if all was taken, 1 if something was left out, 2 if refused."""
    if not files:
        sys.stderr.write("usage: python -m kgbuild_lexicon FILE...\n")
        return 2
    try:
        report = load(LexiconSettings.model_validate({"files": files})).report
    except KgbuildError as error:
        sys.stderr.write(f"{error.report()}\n")
        return 2
    for omission in report.omissions:
        sys.stdout.write(f"{omission}\n")
    sys.stdout.write(f"{report.summary()}\n")
    return 1 if report.reasons else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
