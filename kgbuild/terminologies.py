"""The configured terminologies, asked as one: the first that knows a concept answers.

>>> import kgbuild
>>> names = kgbuild.terminology()   # the terminologies of kgbuild.toml, none without one
>>> names.ancestors("mesh:D003924"), names.preferred("MESH:D003924")
([], 'mesh:D003924')
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from kgbuild.assertion import Concept
from kgbuild.components import Terminology
from kgbuild.config import Configuration, load_configuration
from kgbuild.host import Host
from kgbuild.vocabulary import normalise

__all__ = ["Terminologies", "terminology"]


class Terminologies:
    """Names, hierarchy and equivalences of concepts, from several terminologies in their order.

    Identifiers are understood in any registered spelling (``MESH:D003924``). Every method raises
    VocabularyError for one with an unknown prefix.
    """

    def __init__(self, terminologies: Iterable[Terminology] = ()) -> None:
        self._terminologies = tuple(terminologies)

    @classmethod
    def configured(cls, configuration: Configuration, host: Host | None = None) -> Terminologies:
        """Those of a configuration. Raises UnknownComponentError, ComponentUnavailableError."""
        settings = configuration.settings
        host = host or Host.configured(configuration)
        return cls(
            host.create("terminology", name, settings.component(name), place=configuration.origin)
            for name in settings.pipeline.terminologies
        )

    def concept(self, curie: str) -> Concept | None:
        """What the first that knows the concept says of it; None where nobody does."""
        curie = normalise(curie)
        for one in self._terminologies:
            concept = one.concept(curie)
            if concept is not None:
                return concept
        return None

    def preferred(self, curie: str) -> str:
        """The identifier to use: its own, its successor's, or that of an exact match."""
        curie = normalise(curie)
        for one in self._terminologies:
            preferred = one.preferred(curie)
            if preferred != curie or one.concept(curie) is not None:
                return normalise(preferred)
        return curie

    def parents(self, curie: str) -> Sequence[str]:
        """The concepts directly above it (is-a), by the first that knows any; sorted."""
        curie = normalise(curie)
        for one in self._terminologies:
            parents = one.parents(curie)
            if parents:
                return sorted(map(normalise, parents))
        return []

    def ancestors(self, curie: str) -> Sequence[str]:
        """All concepts above it, sorted; it is not its own ancestor, whatever a terminology says.

        >>> class Two:
        ...     def parents(self, curie): return {"mesh:D1": ["mesh:D2"]}.get(curie, [])
        >>> Terminologies([Two()]).ancestors("mesh:D1")
        ['mesh:D2']
        """
        curie = normalise(curie)
        found = {curie}
        waiting = [curie]
        while waiting:
            fresh = set(self.parents(waiting.pop())) - found
            found |= fresh
            waiting += fresh
        return sorted(found - {curie})


def terminology(config: Path | str | None = None) -> Terminologies:
    """The terminologies of a configuration, or of that of the working directory, asked as one."""
    return _terminology(Path.cwd(), Path(config) if config is not None else None)


@lru_cache(maxsize=2)
def _terminology(folder: Path, config: Path | None) -> Terminologies:
    return Terminologies.configured(load_configuration(folder, file=config))
