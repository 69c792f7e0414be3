"""The console command: nothing is imported before an interruption can be met.

To import kgbuild takes a tenth of a second, in which Ctrl-C would show Python's own traceback.
``python -m kgbuild`` cannot be guarded so: Python imports the package before any line of it runs.
"""

import sys


def main() -> int:
    """Run kgbuild's command line; return its exit code."""
    try:
        from kgbuild.cli import main as run
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: nothing was begun\n")
        return 130
    return run()
