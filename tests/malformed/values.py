"""JSON that is not as it should be: values of other types, odd text, huge numbers, deep nesting.

Pure. JSON text is made by hand where Python's own would be too careful.
"""

import json
import random
from collections.abc import Iterator
from typing import Any

ODD_TEXTS = (
    *("", " ", "\0", "a\0b", "\t\n\r", "\x7f", "\x1b[31m", "\u202e\u2066", "\ufeff", "\ufffe", "\U0010ffff"),
    *("\ud800", "\udfff\ud800", "a\udc80", "e\u0301" * 30, "\u0130\u0131ß\ufb03", "𝓐𝓭𝓪", "👩‍👩‍👧‍👦" * 9),
    "ｆｕｌｌ",
    *("x" * 51, "x" * 301, "x" * 5000, "%00", "%s%n{0}", "' OR 1=1 --", "../../etc/passwd", "<script>"),
    "${a}",
    *(
        "null",
        "true",
        "NaN",
        "-0",
        "1e9",
        "0x10",
        "1_0",
        "٣",
        "１",
        "²",
        "main",
        "-",
        "--",
        "a--b",
        "Ada, Bo",
    ),
)
ODD_NUMBERS = (
    *(0, -1, 1, 2, -0.0, 0.5, 1e15, -1e15, 1.0000000000000002e15, 5e-324, 1.7976931348623157e308),
    *(2**31, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**18, 10**30, 10**400),
)
OTHER_VALUES: tuple[Any, ...] = (None, True, False, [], {}, [None], [[]], {"": None}, [1, "a"], {"id": 1})
# Text that stands for a value in JSON, though Python's json would not write it.
RAW_VALUES = (
    *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "01", ".5", "1.", "+1", "0x1", "1_0", "1e", "--1"),
    *("9" * 5000, "-" + "9" * 400, "1" + "0" * 4300, "0." + "0" * 5000 + "1", "'a'", "undefined", "None"),
    "tru",
    *(r'"\ud800"', r'"\u00"', r'"\x41"', '"\t"', '"', "[", "{", "]", "}", ",", ":", "", "/**/1", "\ufeff1"),
)
DEPTHS = (2, 31, 32, 33, 60, 500, 5000, 100_000)
# Replaced by raw text once everything else is written.
MARK = "\ue000mark\ue000"


def damaged_value(value: Any, chance: random.Random) -> Any:
    """The same with something in it that is otherwise."""
    places = list(_places(value))
    if not places or chance.random() < 0.15:
        return odd_value(chance)
    holder, key = chance.choice(places)
    action = chance.random()
    if action < 0.6:
        holder[key] = odd_value(chance)
    elif action < 0.75:
        del holder[key]
    elif action < 0.9 and isinstance(holder, dict):
        holder[chance.choice(ODD_TEXTS)] = odd_value(chance)
    else:
        holder[key] = [holder[key]]
    return value


def odd_value(chance: random.Random) -> Any:
    return chance.choice((chance.choice(ODD_TEXTS), chance.choice(ODD_NUMBERS), chance.choice(OTHER_VALUES)))


def damaged_json(value: Any, chance: random.Random) -> bytes:
    """The JSON text of a damaged value, or damaged JSON text of the value."""
    value = json.loads(json.dumps(value))  # the caller's own stays as it is
    action = chance.random()
    if action < 0.5:
        return written(damaged_value(value, chance), chance)
    if action < 0.7:
        return _with_raw(value, chance, chance.choice(RAW_VALUES))
    if action < 0.8:
        return _with_raw(value, chance, nested(chance.choice(DEPTHS), chance))
    if action < 0.9:
        return _with_key_twice(value, chance)
    return _in_other_encoding(value, chance)


def written(value: Any, chance: random.Random) -> bytes:
    """As UTF-8, lone surrogates too, or with everything else escaped."""
    text = json.dumps(value, ensure_ascii=chance.random() < 0.5)
    return text.encode("utf-8", "surrogatepass")


def nested(levels: int, chance: random.Random) -> str:
    opening, closing = chance.choice((("[", "]"), ('{"a":', "}"), ('[{"":', "}]")))
    middle = "null" if opening.endswith(":") else ""
    return opening * levels + middle + closing * (levels if chance.random() < 0.8 else levels - 1)


def _with_raw(value: Any, chance: random.Random, raw: str) -> bytes:
    places = list(_places(value))
    if places:
        holder, key = chance.choice(places)
        holder[key] = MARK
    else:
        value = MARK
    return json.dumps(value).replace(json.dumps(MARK), raw).encode("utf-8", "surrogatepass")


def _with_key_twice(value: Any, chance: random.Random) -> bytes:
    text = json.dumps(value)
    if not isinstance(value, dict) or not value:
        return (text + text).encode()
    key = chance.choice(sorted(value))
    again = f"{json.dumps(key)}: {json.dumps(odd_value(chance))}"
    return f"{text[:-1]}, {again}}}".encode()


def _in_other_encoding(value: Any, chance: random.Random) -> bytes:
    text = json.dumps(value)
    return chance.choice(
        (
            text.encode("utf-16"),
            text.encode("utf-32"),
            b"\xef\xbb\xbf" + text.encode(),
            text.replace("a", "\xe4").encode("latin-1"),
            text.replace('"', '"\x00', 1).encode(),
            text.encode() + chance.randbytes(3),
            text.replace(" ", "\x0b\xa0").encode(),
        )
    )


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in it where a value stands: what holds it, and under which key."""
    keys: Any = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])
