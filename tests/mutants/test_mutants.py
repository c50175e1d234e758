"""The list of mutants fits the product: each can be applied, and is then still a program."""

import ast

import pytest

from tests.mutants.mutants import AREAS, MUTANTS, Mutant
from tests.mutants.run import PROJECT


def test_names_are_unique():
    names = [mutant.name for mutant in MUTANTS]
    assert len({*names, *AREAS}) == len(names) + len(AREAS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_can_be_applied(mutant: Mutant):
    assert mutant.area in AREAS
    original = (PROJECT / mutant.file).read_text()
    assert original.count(mutant.old) == 1
    mutated = original.replace(mutant.old, mutant.new)
    assert mutated != original
    if mutant.file.endswith(".py"):
        ast.parse(mutated)
