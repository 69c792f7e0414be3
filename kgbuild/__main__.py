"""``python -m kgbuild``: the same as the command ``kgbuild``."""

import sys

if __name__ == "__main__":  # a worker process runs this file too, under another name
    from kgbuild.cli import main

    sys.exit(main())
