"""From a Spec and settings to a component, and to the Source that signs what it says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kgbuild.assertion import Source, content_id
from kgbuild.errors import (
    ComponentUnavailableError,
    ConfigError,
    ContractError,
    KgbuildError,
)
from kgbuild.host.calls import staying
from kgbuild.host.kinds import KINDS, Offer

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["checked_settings", "created", "source"]

T = TypeVar("T")


def checked_settings(
    offer: Offer,
    settings: Mapping[str, Any],
    place: str | Callable[[str], str] = "",
    root: Path | None = None,
) -> BaseModel:
    """The settings, checked by the component's own class; relative paths start from ``root``.

    ``place`` says where they were written: all of them, or each dotted key. Raises ConfigError
    with the key, what is expected and the nearest key.
    """
    from kgbuild.config import validate

    settings_class = _unless_unavailable(offer, offer.spec.settings_class)
    where = place if callable(place) else lambda _key: place
    checked = validate(settings_class, settings, where, above=f"components.{offer.spec.name}")
    return _from_root(checked, root) if root else checked


def _from_root(value: Any, root: Path) -> Any:
    """The same settings with every relative path made to start from the root."""
    from pydantic import BaseModel

    if isinstance(value, Path):
        return root / value
    if isinstance(value, BaseModel):
        names = type(value).model_fields
        return value.model_copy(update={n: _from_root(getattr(value, n), root) for n in names})
    if isinstance(value, list | tuple):
        return type(value)(_from_root(one, root) for one in value)
    if isinstance(value, dict):
        return {name: _from_root(one, root) for name, one in value.items()}
    return value


def created(offer: Offer, settings: BaseModel) -> Any:
    """The component. Raises ComponentUnavailableError with the component's own message."""
    component = _unless_unavailable(offer, lambda: offer.spec.create(settings))
    method = KINDS[offer.kind].method
    if not callable(getattr(component, method, None)):
        raise ContractError(
            f"create returned {type(component).__name__}, which has no method {method!r}",
            component=offer.spec.name,
        )
    return component


def source(offer: Offer, settings: BaseModel) -> Source:
    """Who says so: the component with a fingerprint of its settings and of its files.

    A path among the settings counts by the content of its file, not by where it lies.
    """
    canonical = json.dumps(
        settings.model_dump(), default=_canonical, sort_keys=True, ensure_ascii=False
    )
    files = _unless_unavailable(offer, lambda: offer.spec.fingerprint(settings))
    return Source(
        component=offer.spec.name,
        distribution=offer.distribution,
        version=offer.version,
        fingerprint=content_id(canonical, files),
    )


def _canonical(value: object) -> object:
    if isinstance(value, Path) and value.is_file():
        with value.open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    return str(value)


def _unless_unavailable(offer: Offer, act: Callable[[], T]) -> T:
    try:
        with staying(offer.spec.name):
            return act()
    except (ComponentUnavailableError, ConfigError):
        raise
    except Exception as error:  # isolation point: calling a component
        named = isinstance(error, KgbuildError)
        message = str(error) if named else f"{type(error).__name__}: {error}"
        raise ComponentUnavailableError(
            f"{offer.kind} {offer.spec.name!r} cannot be made: {message}",
            plugin=offer.plugin,
            provider=offer.provider,
            hints=error.hints if isinstance(error, KgbuildError) else (),
        ) from error
