"""What this plugin offers; the terminology is opened when a component is made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kgbuild import (
    LinkerSpec,
    NewVocabulary,
    TerminologySpec,
    Vocabulary,
    VocabularyReport,
    hookimpl,
    tables_fingerprint,
)

if TYPE_CHECKING:
    from kgbuild_linker.linker import Linker
    from kgbuild_linker.preferring import Preferring
    from kgbuild_linker.settings import LinkerSettings, TerminologySettings
    from kgbuild_linker.terminology import Terminology

