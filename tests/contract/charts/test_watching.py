"""`manage.py watch --stream charts` prints the new edition while another process runs the pipeline."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Thread

from tests.contract.charts.conftest import Pipeline
from tests.processes import BACKEND, TuttiServer

# Far above what anything takes; only a test that fails waits so long.
DEADLINE_SECONDS = 30.0


@contextmanager
def watch(server: TuttiServer) -> Iterator[Queue[str]]:
    """Its lines, as they come."""
    command = [sys.executable, "manage.py", "watch", "--stream", "charts", "--url", server.ws_url]
    lines: Queue[str] = Queue()
    with subprocess.Popen(
        command, cwd=BACKEND, env=server.environment, stdout=subprocess.PIPE, text=True
    ) as process:

        def read() -> None:
            assert process.stdout
            for line in process.stdout:
                lines.put(line.rstrip())

        reader = Thread(target=read, daemon=True)
        reader.start()
        try:
            yield lines
        finally:
            process.terminate()
            reader.join()


def test_watch_prints_a_new_chart(chart_server: TuttiServer, pipeline: Pipeline):
    with watch(chart_server) as lines:
        first = lines.get(timeout=DEADLINE_SECONDS)
        assert first.startswith("-- live: charts at #"), first
        day = pipeline.publish(genre="country")

        response = [lines.get(timeout=DEADLINE_SECONDS)]
        while "chart.published" not in response[-1]:
            response.append(lines.get(timeout=DEADLINE_SECONDS))
        assert response[-1].split(" ", 1)[1] == f"chart.published  genre country, date {day}, is_sample False"
        # Before the first real edition, the samples go.
        assert all("chart.withdrawn" in line for line in response[:-1])
