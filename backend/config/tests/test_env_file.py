"""`.env`: a line that can't be read stops the start, instead of being passed over."""

import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment


@pytest.mark.parametrize(
    "line", ["MAX_QUEUE_ITEMS = 5", "MAX_QUEUE_ITEMS =5", "PORT: 4000", "PORT", "=5", "A B=1"]
)
def test_a_line_that_is_no_setting_is_refused_by_its_number(tmp_path, line):
    (tmp_path / "settings").write_text(f"# a comment\n\n{line}\n")

    with pytest.raises(ImproperlyConfigured, match="line 3"):
        Environment(env_file=tmp_path / "settings").finish()


@pytest.mark.parametrize(
    ("line", "value"),
    [
        *(("TUTTI_A=5", "5"), ('TUTTI_A="a b"', "a b"), ("export TUTTI_A=5", "5")),
        *(("TUTTI_A=", ""), ("  # nothing", None), ("TUTTI_A='x=y'", "x=y")),
    ],
)
def test_what_is_one_is_read(tmp_path, line, value, monkeypatch):
    monkeypatch.setenv("TUTTI_A", "")  # so that it is taken back
    monkeypatch.delenv("TUTTI_A")
    (tmp_path / "settings").write_text(f"{line}\n")

    Environment(env_file=tmp_path / "settings").finish()

    assert os.environ.get("TUTTI_A") == value
