"""Runs a state machine of Hypothesis against a real server; `--long` tries many more examples."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.conftest import Size

# Every step crosses a real server.
STEPS = 25
LONG_FACTOR = 5
# Finding the shortest sequence that fails takes minutes over HTTP: it is done in one size only.
FINDING = (Phase.explicit, Phase.reuse, Phase.generate)
PHASES: dict[Size, tuple[Phase, ...]] = {"embedded": (*FINDING, Phase.shrink), "server": FINDING}


def run_machine(
    machine: type[RuleBasedStateMachine],
    facts: dict[str, Any],
    *,
    size: Size,
    examples: dict[Size, int],
    config: pytest.Config,
) -> None:
    """So many examples of `STEPS` steps each; `facts` are what the machine knows of its test."""
    factor = LONG_FACTOR if config.getoption("--long") else 1
    run_state_machine_as_test(
        type(machine.__name__, (machine,), facts),
        settings=settings(
            max_examples=factor * examples[size],
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=False,
            print_blob=True,
            report_multiple_bugs=False,
            phases=PHASES[size],
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
