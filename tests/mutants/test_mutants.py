"""The list of mutants fits the product: each can be applied, and is then still a program."""

import ast

import pytest

from tests.mutants.mutants import AREAS, MUTANTS, Mutant
from tests.mutants.run import PROJECT

ALL = [mutant for mutants in MUTANTS.values() for mutant in mutants]


def test_names_are_unique():
    assert MUTANTS.keys() == AREAS.keys()
    assert len({*AREAS, *(mutant.name for mutant in ALL)}) == len(ALL) + len(AREAS)


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.name)
def test_mutant_can_be_applied(mutant: Mutant):
    original = (PROJECT / mutant.file).read_text()
    assert original.count(mutant.old) == 1
    mutated = original.replace(mutant.old, mutant.new)
    assert mutated != original
    if mutant.file.endswith(".py"):
        ast.parse(mutated)
