"""The table of what is done by the clock: all of it can be run, and is."""

import pytest

from apps.jobs.models import JobRun, Status
from apps.jobs.schedules import all_schedules
from apps.jobs.work import Workbench
from config.schedules import SCHEDULES


def test_the_table_is_followed_and_its_names_are_unlike():
    assert SCHEDULES
    assert tuple(all_schedules()) == SCHEDULES
    assert len({schedule.name for schedule in SCHEDULES}) == len(SCHEDULES)


@pytest.mark.django_db
def test_each_of_its_jobs_runs_and_may_run_again():
    for _ in range(2):
        for schedule in SCHEDULES:
            schedule.job.request()
        Workbench().work()

    ended = {run.kind: run.status for run in JobRun.objects.all()}
    assert ended == {schedule.job.kind: Status.SUCCEEDED for schedule in SCHEDULES}
