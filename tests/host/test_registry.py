"""The golden list of what kgbuild brings along: nothing comes or goes unnoticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import kgbuild
from kgbuild.host import KINDS, Host
from kgbuild.host.loading import HOOKS

GOLDEN = Path(__file__).parents[1] / "golden" / "registry.txt"


def lines(host: Host) -> Iterator[str]:
    for kind in KINDS:
        for name, offer in host.specs(kind).items():
            yield f"{kind} {name}: {offer.spec.summary}"
    yield from (f"hook {name}" for name in HOOKS)
    yield from (f"name {name}" for name in kgbuild.__all__)


def test_components_hooks_and_public_names_are_those_of_the_golden_registry(
    kgbuild_golden: Callable[[Path, str], None],
) -> None:
    host = Host.load(only_builtins=True)
    kgbuild_golden(GOLDEN, "".join(f"{line}\n" for line in lines(host)))
    assert host.warnings == ()
