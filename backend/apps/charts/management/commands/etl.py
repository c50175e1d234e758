"""`manage.py etl run|status|replay|notice`: runs the chart pipeline, and reports its state."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils import timezone

from apps.charts.connectors.base import Connector, ConnectorError, Scope
from apps.charts.genres import RANKED, Genre, MusicService
from apps.charts.monitoring import latest_stage_runs, source_states
from apps.charts.pipeline.outbox import replay
from apps.charts.pipeline.runner import FULL, AlreadyRunning, Plan, connector_for, run_pipeline, try_out
from apps.charts.pipeline.stage_run import ProgressBar
from apps.charts.pipeline_models import Stage, StageRun

# Exit codes for schedulers. 1 is that of any command that fails, 2 that of wrong arguments.
EXIT_FAILED, EXIT_PARTLY, EXIT_RUNNING = 1, 3, 4
# As a shell's for a program that Ctrl-C has ended.
EXIT_INTERRUPTED = 130
FAILURES_SHOWN = 20


def moment(text: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date or time such as 2025-12-04T10:00") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)


class Command(BaseCommand):
    # The checks load all views, which takes longer than processing a day's lists.
    requires_system_checks: list[str] = []
    help = (
        "Collects charts. Exit codes: 0 success, 1 failure, 2 invalid arguments, 3 partial failure, "
        "4 another run is active, 130 after Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        run = actions.add_parser("run", help="run the pipeline, or one of its stages")
        run.add_argument("--stage", choices=Stage.values, action="append", help="only this one; repeatable")
        run.add_argument("--full-pipeline", action="store_true", help="all stages (the default)")
        run.add_argument("--genre", choices=Genre.values, action="append", help="repeatable")
        run.add_argument("--service", choices=MusicService.values, action="append", help="repeatable")
        run.add_argument("--dry-run", action="store_true", help="only report what would be stored")
        run.add_argument(
            "--from", type=Path, dest="folder", metavar="DIR", help="a folder of recorded responses"
        )
        actions.add_parser("status", help="the last run of each stage, and the age of each source")
        again = actions.add_parser("replay", help="repeat events that a consumer failed to process")
        again.add_argument(
            "--since", type=moment, help="also repeat successful deliveries of events since then"
        )
        actions.add_parser(
            "notice", help="print the daily report, and send it to the recipients in the settings"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        actions = {"run": self._run, "status": self._status, "replay": self._replay, "notice": self._notice}
        try:
            actions[options["action"]](**options)
        except Error as error:
            raise CommandError(f"The database cannot be used: {str(error).strip()}") from error

    # --- Running -------------------------------------------------------------------------------------

    def _run(self, **options: Any) -> None:
        if options["stage"] and options["full_pipeline"]:
            raise CommandError("--stage and --full-pipeline exclude each other.", returncode=2)
        with connector_for(options["folder"]) as connector:
            try:
                self._run_with(connector, **options)
            except KeyboardInterrupt:
                self.stderr.write("Interrupted. The next run continues from here.")
                self.stderr.flush()
                # Otherwise Python would wait for threads with pending requests.
                os._exit(EXIT_INTERRUPTED)

    def _run_with(self, connector: Connector, **options: Any) -> None:
        plan = Plan(
            connector=connector,
            stages=[Stage(one) for one in options["stage"]] if options["stage"] else FULL,
            scope=_scope(options["genre"], options["service"]),
            progress=ProgressBar(),
        )
        if options["dry_run"]:
            self._try_out(plan)
            return
        try:
            if Stage.EXTRACT in plan.stages:
                connector.editions(plan.scope, now=timezone.now())
            records = run_pipeline(plan)
        except ConnectorError as error:
            raise CommandError(f"{error} Nothing was done.") from None
        except AlreadyRunning as error:
            raise CommandError(str(error), returncode=EXIT_RUNNING) from None
        for record in records:
            self._print(record)
        _end(records)

    def _try_out(self, plan: Plan) -> None:
        try:
            tally = try_out(plan)
        except ConnectorError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{tally.rows_in} editions, {tally.rows_out} new or changed, {tally.rows_failed} failed."
        )
        self._print_failures(tally.failures)

    def _print(self, record: StageRun) -> None:
        seconds = (record.ended_at - record.started_at).total_seconds() if record.ended_at else 0
        self.stdout.write(f"{record.stage}: {record.status}, {record.row_counts}, {seconds:.1f} s")
        self._print_failures(record.failures)

    def _print_failures(self, failures: list[str]) -> None:
        for line in failures[:FAILURES_SHOWN]:
            self.stderr.write(f"  {line}")
        if len(failures) > FAILURES_SHOWN:
            self.stderr.write(f"  … and {len(failures) - FAILURES_SHOWN} more")

    # --- Reports -------------------------------------------------------------------------------------

    def _status(self, **_options: Any) -> None:
        for record in latest_stage_runs():
            self._print(record)
        now = timezone.now()
        for state in source_states():
            age = (
                f"{(now - state.fetched_at).total_seconds() / 3600:.1f} h old"
                if state.fetched_at
                else "never"
            )
            self.stdout.write(f"{state.service} {state.genre}: {state.status}, {age}")

    def _replay(self, **options: Any) -> None:
        tally = replay(since=options["since"])
        self.stdout.write(f"{tally.rows_out} of {tally.rows_in} delivered.")
        self._print_failures(tally.failures)
        if tally.rows_failed:
            sys.exit(EXIT_PARTLY if tally.rows_out else EXIT_FAILED)

    def _notice(self, **_options: Any) -> None:
        # Here, because they load an HTTP client.
        from apps.charts.monitoring import ReportError, call_report_webhook, mail, report_of_today

        notice = report_of_today(now=timezone.now())
        self.stdout.write(notice.text)
        errors = []
        for send in (mail, call_report_webhook):
            try:
                send(notice)
            except ReportError as error:
                errors.append(str(error))
        if errors:
            raise CommandError(" ".join(errors))


def _scope(genres: list[str] | None, services: list[str] | None) -> Scope:
    return Scope(
        genres=[Genre(one) for one in genres] if genres else tuple(Genre),
        services=[MusicService(one) for one in services] if services else (*RANKED, MusicService.YOUTUBE),
    )


def _end(records: list[StageRun]) -> None:
    failed = [one for one in records if one.status == StageRun.Status.FAILED]
    if failed and len(failed) == len(records):
        sys.exit(EXIT_FAILED)
    if failed or any(one.status == StageRun.Status.PARTLY for one in records):
        sys.exit(EXIT_PARTLY)
