"""Runs each mutant against the suites of its area: `python -m tests.mutants.run --help`.

Suites run without a mutant first, since only a suite that passes then can catch anything.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from tests.mutants.mutants import AREAS, MUTANTS, Mutant, Stage
from tests.mutants.workspace import Free, Outcome, StageResult, taken, workspaces

PROJECT = Path(__file__).resolve().parent.parent.parent
# How long a stage may take without a mutant. With one: so many times as long as without, and at least this.
CLEAN_SECONDS, TIMES_LONGER, LEAST_SECONDS = 3600, 10, 300
INTERRUPTED = 130
SUITE_FAILED = {Outcome.FAILED, Outcome.BROKEN}

Clean = dict[Stage, StageResult]


class Fate(StrEnum):
    """What became of a mutant."""

    CAUGHT = "caught"
    SURVIVED = "survived"
    # Nothing caught it, but a suite of the area fails without it, or could not run with it.
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant; `stage` and `test` have caught it."""

    name: str
    area: str
    file: str
    fate: Fate
    seconds: float = 0.0
    stage: str = ""
    test: str = ""


def main() -> int:
    arguments = _arguments()
    tree = arguments.tree.resolve()
    mutants = chosen(arguments.only)
    if stale := [mutant.name for mutant in mutants if not is_applicable(mutant, tree)]:
        report(f"The old text of these does not occur exactly once: {', '.join(stale)}")
        return 2
    begin = time.monotonic()
    try:
        clean, verdicts = asyncio.run(judge_all(mutants, tree, jobs=arguments.jobs))
    except KeyboardInterrupt:
        return INTERRUPTED
    seconds = time.monotonic() - begin
    if arguments.output:
        arguments.output.write_text(_json(tree, clean, verdicts, seconds))
    return conclude(verdicts, seconds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.run", description=__doc__)
    parser.add_argument("--tree", type=Path, default=PROJECT, help="the project to test; else this one")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME_OR_AREA", help="only these mutants")
    parser.add_argument("--output", type=Path, metavar="FILE.json", help="where to write the results")
    parser.add_argument("-j", dest="jobs", type=int, default=1, metavar="N", help="so many at once")
    return parser.parse_args()


def chosen(names: Sequence[str]) -> list[Mutant]:
    """All mutants without names. Ends the program at an unknown name."""
    if unknown := set(names) - set(AREAS) - {mutant.name for mutant in MUTANTS}:
        sys.exit(f"There is no mutant and no area of this name: {', '.join(sorted(unknown))}")
    return [mutant for mutant in MUTANTS if not names or {mutant.name, mutant.area} & set(names)]


def is_applicable(mutant: Mutant, tree: Path) -> bool:
    path = tree / mutant.file
    return path.exists() and path.read_text().count(mutant.old) == 1


# --- Judging -----------------------------------------------------------------------------------------


class Judge:
    """Judges mutants, several at once; runs each stage without one before the first mutant gets there."""

    def __init__(self, free: Free) -> None:
        self._free = free
        self._clean: dict[Stage, asyncio.Task[StageResult]] = {}

    async def verdict(self, mutant: Mutant) -> Verdict:
        """By the stages that pass without the mutant, until one fails."""
        seconds, is_whole = 0.0, True
        for stage in AREAS[mutant.area]:
            clean = await self._without_mutant(stage)
            is_whole = is_whole and clean.outcome not in SUITE_FAILED
            if clean.outcome is not Outcome.PASSED:
                continue
            within = max(LEAST_SECONDS, TIMES_LONGER * clean.seconds)
            async with taken(self._free) as workspace:
                with workspace.mutated(mutant):
                    result = await workspace.run(stage, within_seconds=within)
            seconds = round(seconds + result.seconds, 1)
            if result.outcome is not Outcome.PASSED:
                fate = Fate.CAUGHT if result.outcome is Outcome.FAILED else Fate.NOT_JUDGED
                return _reported(mutant, fate, seconds, stage.name, result.test)
        return _reported(mutant, Fate.SURVIVED if is_whole and seconds else Fate.NOT_JUDGED, seconds)

    def clean_results(self) -> Clean:
        return {stage: task.result() for stage, task in self._clean.items()}

    async def _without_mutant(self, stage: Stage) -> StageResult:
        if stage not in self._clean:
            self._clean[stage] = asyncio.create_task(self._run_clean(stage))
        return await self._clean[stage]

    async def _run_clean(self, stage: Stage) -> StageResult:
        async with taken(self._free) as workspace:
            result = await workspace.run(stage, within_seconds=CLEAN_SECONDS)
        line = f"{' '.join(stage.paths):<60} {result.outcome:<7} {result.seconds:>6.1f} s  {result.test}"
        report(f"without a mutant: {line}".rstrip())
        for path in result.left_out:
            report(f"{path} is not in this tree and is left out")
        return result


async def judge_all(mutants: Sequence[Mutant], tree: Path, *, jobs: int) -> tuple[Clean, list[Verdict]]:
    with workspaces(tree, jobs) as free:
        judge = Judge(free)
        verdicts = await asyncio.gather(*(judge.verdict(mutant) for mutant in mutants))
        return judge.clean_results(), list(verdicts)


def _reported(mutant: Mutant, fate: Fate, seconds: float, stage: str = "", test: str = "") -> Verdict:
    report(f"{mutant.area:<16} {mutant.name:<42} {fate:<10} {seconds:>6.1f} s  {stage} {test}".rstrip())
    return Verdict(mutant.name, mutant.area, mutant.file, fate, seconds, stage, test)


# --- Results -----------------------------------------------------------------------------------------


def conclude(verdicts: Sequence[Verdict], seconds: float) -> int:
    """1 when a mutant could not be judged, or survived without being known to."""
    mutants = {mutant.name: mutant for mutant in MUTANTS}
    new = [one for one in verdicts if one.fate is Fate.SURVIVED and not mutants[one.name].survives]
    for verdict in new:
        report(f"SURVIVED: {verdict.name} ({verdict.file}). {mutants[verdict.name].effect}")
    not_judged = _number(verdicts, Fate.NOT_JUDGED)
    if not_judged:
        report(f"{not_judged} not judged: a suite fails without the mutant, or could not run with it")
    caught, survived = _number(verdicts, Fate.CAUGHT), _number(verdicts, Fate.SURVIVED)
    report(f"{caught} caught, {survived} survived, in {seconds:.0f} seconds")
    return 1 if new or not_judged else 0


def _number(verdicts: Sequence[Verdict], fate: Fate) -> int:
    return sum(one.fate is fate for one in verdicts)


def _json(tree: Path, clean: Clean, verdicts: Sequence[Verdict], seconds: float) -> str:
    command = ["git", "-C", str(tree), "rev-parse", "--short", "HEAD"]
    results = {
        "commit": subprocess.run(command, capture_output=True, text=True).stdout.strip(),
        "seconds": round(seconds),
        "caught": _number(verdicts, Fate.CAUGHT),
        "survived": _number(verdicts, Fate.SURVIVED),
        "without_mutants": [
            {"paths": stage.paths, "outcome": result.outcome, "seconds": result.seconds}
            for stage, result in clean.items()
        ],
        "mutants": [asdict(verdict) for verdict in verdicts],
    }
    return json.dumps(results, indent=2) + "\n"


def report(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
