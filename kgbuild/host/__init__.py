"""The host: finds plugins, loads them one by one, and hands out their components.

Plugins are found in this order:

1. The names to block are read: ``disable`` (``--no-plugin``, ``[plugins] disable``,
   ``KGBUILD_DISABLE_PLUGINS``). ``only_builtins`` (``--no-plugins``) leaves steps 3 and 4 out.
2. Built-ins are registered from the tuple in :mod:`kgbuild.builtins`. A few are essential and
   refuse to be blocked. Their modules are imported when their kind is first wanted.
3. Entry points of the group ``kgbuild``, sorted by name, each tried alone. The same name from
   two distributions is an error, not a race.
4. Files named with ``files`` (``--plugin PATH``, ``[plugins] files``). Nothing that lies in a
   working directory is ever run uninvited.

The host is an object: ``Host.load()`` returns one. It never prints: what went wrong is in
``host.warnings`` and in the records of ``host.plugins``.
"""

from kgbuild.host.calls import (
    CheckedTerminology,
    export,
    extract_each,
    link,
    rules,
    segment,
    staying,
)
from kgbuild.host.host import Host
from kgbuild.host.kinds import KINDS, Kind, Offer
from kgbuild.host.plugins import PluginRecord, PluginStatus, list_plugins
from kgbuild.host.promises import check_annotations, check_links, check_reading, check_sentences

__all__ = [
    "KINDS",
    "CheckedTerminology",
    "Host",
    "Kind",
    "Offer",
    "PluginRecord",
    "PluginStatus",
    "check_annotations",
    "check_links",
    "check_reading",
    "check_sentences",
    "export",
    "extract_each",
    "link",
    "list_plugins",
    "rules",
    "segment",
    "staying",
]
