"""The web app's build: whether it exists, why not, and the files of each language's messages."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation.trans_real import parse_accept_lang_header

# The build's manifest, and the folder of messages in its sources.
MANIFEST = Path(".vite", "manifest.json")
MESSAGES = re.compile(r"src/locales/(\w+)\.ts")
# As in frontend/src/locales/index.ts, for other languages.
FALLBACK = "en"
# In characters; Django reads no more of an Accept-Language header.
MAX_ACCEPTED = 500


@dataclass(frozen=True, slots=True)
class Missing:
    """Why the web app is missing, and what to do."""

    why: str
    what_to_do: str


def why_missing(folder: Path) -> Missing:
    """Why this server has no web app."""
    if is_built(folder):
        return Missing("It was built after this server was started.", "Restart the server.")
    not_yet = Missing("It has not been built yet.", "Start with ./start-daphne.sh, or run: make page")
    return why_not_built(folder) or not_yet


def why_not_built(folder: Path) -> Missing | None:
    """The reason written by scripts/build_frontend.py after its last failed build."""
    try:
        why, _, what_to_do = folder.with_name(f"{folder.name}.problem").read_text().partition("\n")
    except OSError:
        return None
    return Missing(why.strip(), what_to_do.strip())


def is_built(folder: Path) -> bool:
    return (folder / "index.html").is_file()


# --- Messages of a language, preloaded before the script requests them ----------------------------------


def message_files(folder: Path) -> dict[str, list[str]]:
    """The files of each language's messages; empty without a manifest."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except OSError:
        return {}
    named = {name: MESSAGES.fullmatch(name) for name in manifest}
    return {found[1]: _files(manifest, name) for name, found in named.items() if found}


def _files(manifest: dict[str, Any], name: str) -> list[str]:
    """The module's file, and those of its static imports."""
    needed = [manifest[one]["file"] for one in manifest[name].get("imports", [])]
    return [manifest[name]["file"], *needed]


def accepted_message_files(languages: dict[str, list[str]], accepted: str) -> list[str]:
    """The files of the first accepted language that exists. Users with another choice load both."""
    accepted_languages = parse_accept_lang_header(accepted[:MAX_ACCEPTED].lower())
    requested = [language.partition("-")[0] for language, _ in accepted_languages]
    chosen = next((language for language in requested if language in languages), FALLBACK)
    return languages.get(chosen, [])
