"""What a title says besides its name: guests, versions, and words that say nothing about the recording."""

import re
from dataclasses import dataclass
from functools import lru_cache

from apps.charts.matching.text_similarity import artists_in, words_of

# Words that make it another recording. The first of several decides.
VERSIONS = {
    "remix": ["remix", "rmx", "remixed", "rework", "reworked", "refix", "bootleg", "flip", "mashup", "mx"],
    "mix": ["mix", "megamix"],
    "edit": ["edit", "edited", "cut"],
    "radio": ["radio"],
    "live": ["live", "vivo", "concert", "unplugged", "ライブ", "라이브"],
    "session": ["session", "sessions", "recorded", "singles"],
    "acoustic": ["acoustic", "acoustics", "akustik", "acustico", "acústico", "acustica"],
    "stripped": ["stripped"],
    "faster": ["sped", "speed", "nightcore", "faster", "hyper"],
    "slower": ["slowed", "slow", "reverb", "slower"],
    "instrumental": ["instrumental", "karaoke", "backing"],
    "cappella": ["cappella", "capella", "acapella", "acappella"],
    "cover": ["cover", "tribute", "covered"],
    "demo": ["demo", "rough"],
    "vip": ["vip"],
    "dub": ["dub"],
    "extended": ["extended", "club", "long", "12inch"],
    "short": ["short", "snippet", "preview", "teaser", "7inch"],
    "orchestral": ["orchestral", "orchestra", "symphonic", "strings"],
    "piano": ["piano"],
    "again": ["rerecorded", "reimagined", "revisited", "alternate", "alternative", "alt", "reprise", "redux"],
    "version": ["version", "ver", "versión", "versione", "vers"],
    "single": ["single"],
    "mono": ["mono"],
    "8d": ["8d"],
    "interlude": ["interlude", "intro", "outro", "skit"],
}
KIND_OF = {word: kind for kind, words in VERSIONS.items() for word in words}
# Fillers of a version's name: they tell nothing by themselves.
# A title with such a word may follow a dash: only text that looks like a version's name is one.
NAMES_A_VERSION = re.compile(
    r"^(?:live|acoustic|recorded|unplugged)(?:\s(?:at|from|in|on|version|session|for)\b|$)|^(?:sped|slowed|ao|en)\s"
    rf"|(?:^|\s)(?:{'|'.join(KIND_OF)})(?:\s(?:\d{{4}}|reverb|remaster(?:ed)?|edition))*$"
)
FILLERS = frozenset(
    [
        *["the", "a", "an", "of", "in", "at", "on", "for", "to", "from", "by", "with", "and", "up", "down"],
        *["re", "ao", "en", "remaster", "remastered"],
    ]
)
# These alone name a version only in brackets, or behind a dash and last.
NEVER_ALONE = frozenset(["long", "short", "speed", "slow", "strings", "again", "cut", "club", "radio"])

SAYS_NOTHING = re.compile(
    r"""^(?:
      (?:the\s)?offici[ae]l\b.*
    | .*\boffici(?:al|el)\s(?:video|audio|music\svideo|lyric\svideo|visuali[sz]er|mv|clip)\b.*
    | (?:full\s|hd\s|hq\s|4k\s|with\s|music\s|lyrics?\s)*
      (?:lyrics?|audio|video|visuali[sz]er|hd|hq|4k|mv|m\sv|clip|letra|sub\sespañol
          |(?:video|audio|clip|vídeo)\sofici[ae]l|clip\sofficiel|videoclip)
    | (?:explicit|clean|dirty|uncensored)(?:\sver(?:sion)?)?
    | (?:\d{4}\s)*(?:digital(?:ly)?\s)?remaster(?:ed)?(?:\s(?:album\s)?ver(?:sion)?)?(?:\s(?:in\s)?\d{4})*
    | (?:\d{4}\s)*(?:digital(?:ly)?\s)?remaster(?:ed)?\salbum\sversion
    | (?:\d{4}\sversion\s)?\d{4}\sremaster
    | bonus(?:\s(?:track|song))?(?:\sversion)?
    | original(?:\s(?:mix|version|song|ver))? | album\sversion | stereo(?:\sversion)? | main\sversion
    | из\s(?:сериала|фильма|мультфильма|к\sф|т\sс|м\sф)\s.*
    | (?:as\s)?featured\s(?:in|on)\s.* | original\ssongs?\sfrom\s.*
    | music\s(?:from|inspired)\s.*\b(?:motion\spicture|film|movie|series|show)\b.*
    | (?:taken\s)?from\s.* | .*\b(?:soundtrack|ost)\b.* | theme\sfrom\s.* | love\stheme\sfrom\s.*
    | banda\ssonora\b.* | bande\soriginale\b.* | colonna\ssonora\b.* | end\scredits?\b.*
    | de\sla\s(?:pelicula|serie)\b.* | aus\s(?:dem\sfilm|der\sserie)\s.* | du\sfilm\s.* | dal\sfilm\s.*
    | as\s(?:heard|seen)\s(?:in|on)\s.* | inspired\sby\sthe\s(?:film|movie|series|show)\b.*
    | performance\s(?:video|clip) | deluxe(?:\s(?:edition|version))? | ep\sversion
    | coke\sstudio\b.* | prod(?:uced|\sby)?\s.* | free\s(?:download|dl) | out\snow | premiere | exclusive
    )$""",
    re.VERBOSE,
)
GUEST = re.compile(
    r"""^[\s(\[]*(?:feat\.?|ft\.?|featuring|with|w/|f/|&|duet\swith|feturing|con|avec|mit|junto\sa)\s+(?P<names>.+?)[\s)\]]*$""",
    re.IGNORECASE | re.VERBOSE,
)
# Outside of brackets: "with" is too often a word of the title.
OPEN_GUEST = re.compile(r"\s+(?:feat\.?|ft\.?|featuring|w/|f/)\s+(?P<names>.+)$", re.IGNORECASE)
OPEN_PRODUCER = re.compile(r"\s+[(\[]?prod(?:\.|uced)?(?:\sby)?\s.+$", re.IGNORECASE)
BRACKETED = re.compile(r"[(\[【（「]([^()\[\]【】（）「」]*)[)\]】）」]?")
DASH = re.compile(r"\s+(?:[-–—|｜~]|//)\s+|\s+[-–—]$|(?<=\w)[–—](?=\w)")
# What uploaders put behind it is no part of the name: their label, their channel.
OFFICIAL = re.compile(r"^offici(?:al|el)\s(?:video|audio|music\svideo|lyric\svideo|visuali[sz]er|mv|clip)$")
# "Pt. II", "Part 2"
PART = re.compile(r",?\s*\b(?:pt\.?|part)(?:\s*(\d{1,2})|\s+([ivx]{1,4}))\b(?!')", re.IGNORECASE)
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
INCHES = re.compile(r"""\b(7|12)\s?(?:"|''|″|”|-?inch\b)""", re.IGNORECASE)
YEAR_OF_REMASTER = re.compile(r"\s+-\s+(?:19|20)\d\d\s+-\s+(?=remaster)", re.IGNORECASE)


@dataclass(frozen=True)
class Title:
    """`pieces` are the parts between dashes, the name among them; `asides` the other text in brackets."""

    pieces: tuple[str, ...]
    asides: tuple[str, ...] = ()
    guests: frozenset[str] = frozenset()
    # Each version's kinds and its other words, such as the remixer.
    versions: frozenset[str] = frozenset()
    version_words: frozenset[str] = frozenset()
    # The same with the words as they follow each other, without spaces.
    version_names: tuple[str, ...] = ()


@dataclass
class _Found:
    asides: list[str]
    guests: set[str]
    versions: set[str]
    version_words: set[str]
    version_names: list[str]

    def take(self, part: str, *, is_in_brackets: bool) -> bool:
        """Whether `part` was understood as something else than a name."""
        if guest := GUEST.match(part):
            self._take_guests(guest["names"])
            return True
        words = words_of(part)
        if SAYS_NOTHING.match(words):
            return True
        kinds = kinds_in(words)
        if kinds and (is_in_brackets or is_version_name(words)):
            self.versions |= kinds
            self.version_names.append(words.replace(" ", ""))
            self.version_words |= {
                word for word in words.split() if word not in KIND_OF and word not in FILLERS
            }
            return True
        return False

    def _take_guests(self, names: str) -> None:
        names, _, remark = names.partition(" - ")
        self.guests |= artists_in(names)
        if remark:
            self.take(remark, is_in_brackets=True)


@lru_cache(maxsize=50_000)
def parsed(title: str) -> Title:
    found = _Found([], set(), set(), set(), [])
    bare = YEAR_OF_REMASTER.sub(" - ", INCHES.sub(r"\1inch", title))
    bare = PART.sub(_numbered_part, bare)
    # Innermost brackets first, so that "[feat. X (of Y)]" is taken apart as well.
    while inner := BRACKETED.search(bare):
        # If all text is in brackets, it is the name itself.
        is_all = not (bare[: inner.start()] + bare[inner.end() :]).strip(" ([)]-")
        if is_all:
            bare = f"{bare[: inner.start()]} {inner[1]} {bare[inner.end() :]}"
            break
        between = " "
        if SAYS_NOTHING.match(words_of(inner[1])):
            between = " - "  # what follows is no part of the name: “Name [Official Video] HD”
        elif not found.take(inner[1], is_in_brackets=True):
            found.asides.append(inner[1].strip())
        bare = f"{bare[: inner.start()]}{between}{bare[inner.end() :]}"
    bare = _without_open_parts(bare, found)
    pieces = [piece for piece in DASH.split(bare) if piece and piece.strip()]
    official = [at for at, piece in enumerate(pieces) if at and OFFICIAL.match(words_of(piece))]
    pieces = pieces[: official[0]] if official else pieces
    while len(pieces) > 1 and found.take(pieces[-1], is_in_brackets=False):
        pieces.pop()
    pieces[-1:] = [_without_version_said_twice(piece, found.versions) for piece in pieces[-1:]]
    return Title(
        pieces=tuple(piece.strip() for piece in pieces) or (title.strip(),),
        asides=tuple(sorted(filter(None, found.asides))),
        guests=frozenset(found.guests),
        versions=frozenset(found.versions),
        version_words=frozenset(found.version_words),
        version_names=tuple(found.version_names),
    )


def _numbered_part(found: re.Match[str]) -> str:
    number = (found[1] or found[2]).lower()
    return f" part {ROMAN.get(number, number)}"


def _without_version_said_twice(piece: str, versions: set[str]) -> str:
    """“Name RMX - Remix”."""
    name, _, last = piece.strip().rpartition(" ")
    return name if name and KIND_OF.get(words_of(last)) in versions else piece


def _without_open_parts(bare: str, found: _Found) -> str:
    bare = OPEN_PRODUCER.sub("", bare)
    pieces = DASH.split(bare)
    for at, piece in enumerate(pieces):
        if (guest := OPEN_GUEST.search(piece)) and guest.start() > 0:
            found.guests |= artists_in(guest["names"])
            pieces[at] = piece[: guest.start()]
    return " - ".join(pieces)


def is_version_name(words: str) -> bool:
    """Of a part behind a dash, which may be the title itself: "Artist - So Long"."""
    known = [word for word in words.split() if word in KIND_OF]
    is_title = known[-1:] == words.split()[-1:] and known[-1] in NEVER_ALONE and len(known) == 1
    return not is_title and NAMES_A_VERSION.search(words) is not None


def kinds_in(words: str) -> frozenset[str]:
    """The kinds of version that a part of a title names; none where it is no name of a version."""
    named = frozenset(KIND_OF[word] for word in words.split() if word in KIND_OF)
    if words in NEVER_ALONE:
        return frozenset()
    # "Taylor's version" is one; "version" beside another word says only that.
    return named - {"version"} or named
