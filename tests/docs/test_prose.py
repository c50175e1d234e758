"""Documents, interface texts, docstrings and comments name the actor and use standard terms."""

import subprocess
import sys

from scripts.prose import found_in, prose_of_python
from tests.docs.pages import PROJECT


def test_documents_texts_and_comments_use_none_of_the_words() -> None:
    done = subprocess.run([sys.executable, PROJECT / "scripts" / "prose.py"], capture_output=True, text=True)

    assert (done.stdout, done.returncode) == ("", 0)


def test_words_are_found_with_their_lines() -> None:
    text = "A client is told.\nThe list is long.\nWhoever asks, waits."

    assert [(number, words) for number, words, _ in found_in(text)] == [(1, "is told"), (3, "Whoever")]


def test_words_are_found_in_docstrings_and_comments_but_not_in_code() -> None:
    code = (
        'def f():\n    """One.\n\n    A client is told.\n    """\n    return "nobody"  # for whoever asks\n'
    )

    found = [(number, words) for number, words, _ in found_in(prose_of_python(code))]

    assert found == [(4, "is told"), (6, "whoever")]
