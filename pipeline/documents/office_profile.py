"""The profile that LibreOffice starts with: nothing of it asks, runs or fetches anything, nor tries the screen.

A start that finds no profile makes one, starts once more with it, and tests for a second how fast it draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
"""
_NOBODY = {
    f"ooInet{kind}Proxy{part}": value
    for kind in ("HTTP", "HTTPS", "FTP")
    for part, value in (("Name", "127.0.0.1"), ("Port", "9"))
}

_SETTINGS: Mapping[str, Mapping[str, str]] = {
    # It tests how fast it draws after each update of the program, which it tells by this number.
    "/org.openoffice.Setup/Product": {"ooSetupLastVersion": "999.9"},
    "/org.openoffice.Setup/Office": {"ooSetupInstCompleted": "true"},
    "/org.openoffice.Office.Common/Misc": {"FirstRun": "false", "CrashReport": "false"},
    "/org.openoffice.Office.Common/History": {"PickListSize": "0"},
    "/org.openoffice.Office.Recovery/AutoSave": {"Enabled": "false"},
    "/org.openoffice.Office.Linguistic/SpellChecking": {"IsSpellAuto": "false"},
    # A template comes from people: it runs nothing …
    "/org.openoffice.Office.Java/VirtualMachine": {"Enable": "false"},
    "/org.openoffice.Office.Common/Security/Scripting": {
        "DisableMacrosExecution": "true",
        "MacroSecurityLevel": "3",
        "BlockUntrustedRefererLinks": "true",
    },
    # … and fetches nothing: links are never updated (2), and the network ends at a proxy that nobody answers (2: manual).
    "/org.openoffice.Office.Writer/Content/Update": {"Link": "2"},
    "/org.openoffice.Inet/Settings": {"ooInetProxyType": "2", "ooInetNoProxy": "", **_NOBODY},
    "/org.openoffice.Office.Jobs/Jobs/org.openoffice.Office.Jobs:Job['UpdateCheck']/Arguments": {
        "AutoCheckEnabled": "false"
    },
}


def prepare_profile(folder: Path) -> None:
    """Write the settings into the profile ``folder`` unless it stands; LibreOffice adds the rest when it starts."""
    settings = folder / "user" / "registrymodifications.xcu"
    if not settings.exists():
        settings.parent.mkdir(parents=True)
        settings.write_text(_registry(), "utf-8")


def _registry() -> str:
    items = [
        f'<item oor:path={quoteattr(path)}><prop oor:name="{name}" oor:op="fuse"><value>{escape(value)}</value></prop></item>'
        for path, properties in _SETTINGS.items()
        for name, value in properties.items()
    ]
    return _HEAD + "\n".join(items) + "\n</oor:items>\n"
