"""Which words of the built page a reader needs: told with the page, before its script can ask for them."""

import json
import re
from pathlib import Path
from typing import Any

from django.utils.translation.trans_real import parse_accept_lang_header

# Where the build notes which file became which, and where a language's words are among its sources.
MANIFEST = Path(".vite", "manifest.json")
WORDS = re.compile(r"src/words/(\w+)\.ts")
# As in frontend/src/words/index.ts, for readers of other languages.
FALLBACK = "en"
# Characters; Django reads no more of what a browser accepts.
MAX_ACCEPTED = 500


def words_of(folder: Path) -> dict[str, list[str]]:
    """Of each language the files that hold its words; nothing where the build has noted nothing."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except OSError:
        return {}
    named = {name: WORDS.fullmatch(name) for name in manifest}
    return {found[1]: _files(manifest, name) for name, found in named.items() if found}


def _files(manifest: dict[str, Any], name: str) -> list[str]:
    """Its own, and those that it needs at once."""
    needed = [manifest[one]["file"] for one in manifest[name].get("imports", [])]
    return [manifest[name]["file"], *needed]


def first_words(languages: dict[str, list[str]], accepted: str) -> list[str]:
    """Those of the first wished language that there is. Who has chosen another in the page fetches both."""
    told = parse_accept_lang_header(accepted[:MAX_ACCEPTED].lower())
    wished = [language.partition("-")[0] for language, _ in told]
    chosen = next((language for language in wished if language in languages), FALLBACK)
    return languages.get(chosen, [])
