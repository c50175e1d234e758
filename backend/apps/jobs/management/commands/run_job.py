"""`manage.py run_job KIND …`: runs scheduled jobs immediately, in this process."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.jobs.scheduler import all_schedules


class Command(BaseCommand):
    help = "Run scheduled jobs immediately, in the given order. Without arguments: list them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kinds", nargs="*", metavar="KIND", help="a job, such as realtime.trim")

    def handle(self, *_: Any, kinds: list[str], **options: Any) -> None:
        jobs = {schedule.job.kind: schedule.job for schedule in all_schedules()}
        if unknown := [kind for kind in kinds if kind not in jobs]:
            raise CommandError(
                f"Not a scheduled job: {', '.join(unknown)}. Known: {', '.join(sorted(jobs))}."
            )
        for kind in kinds:
            result = jobs[kind]() or {}
            numbers = ", ".join(f"{name}: {number}" for name, number in result.items())
            if options["verbosity"]:
                self.stdout.write(f"{kind}: done{f' ({numbers})' if numbers else ''}")
        if not kinds:
            self.stdout.write("\n".join(sorted(jobs)))
