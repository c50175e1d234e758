"""Cost of training, from a file of listens to a model file, each in its own process."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from apps.recommendations.engine.dataset import read_dataset
from apps.recommendations.engine.model import train
from apps.recommendations.engine.model_file import write_model
from bench.recommendations.synthetic_data import write_listening
from tests.processes import PROJECT


def measured(listens: int) -> dict[str, Any]:
    """Seconds and peak megabytes of a process that only trains."""
    with tempfile.TemporaryDirectory(prefix="tutti-bench-") as folder:
        path = Path(folder, "listens.csv")
        write_listening(path, listens)
        command = [sys.executable, "-m", "bench.recommendations.training", str(path)]
        output = subprocess.run(command, check=True, capture_output=True, text=True, cwd=PROJECT).stdout
    return {"listens": listens, **json.loads(output)}


def train_from(path: Path) -> dict[str, Any]:
    began = time.perf_counter()
    listening = read_dataset(path)
    read = time.perf_counter()
    model = train(listening)
    write_model(model, path.with_suffix(".model"))
    return {
        "seconds": time.perf_counter() - began,
        "reading_seconds": read - began,
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "file_megabytes": path.with_suffix(".model").stat().st_size / 1e6,
        "people": len(listening.people),
        "items": len(model.items),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(train_from(Path(sys.argv[1]))))
