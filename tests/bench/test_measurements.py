"""What benchmarks report of the machine, of recorded tones and of recommendations is correct."""

import os
import socket
import subprocess
import sys
import threading
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.machine import MachineError, check_listener, processor_seconds, with_children
from bench.playback.browsers import percentile
from bench.playback.mpd import RATE, WINDOW, phases_of
from bench.playback.tones import TONES, position_of, write_tones
from bench.recommendations import quality
from bench.recommendations.baselines import by_neighbours, by_popularity
from bench.recommendations.splits import split_of
from bench.recommendations.synthetic_data import write_listening


def test_a_port_belongs_to_the_listening_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        check_listener(port, [os.getpid()])
        with pytest.raises(MachineError, match=str(port)):
            check_listener(port, [os.getppid()])
    with pytest.raises(MachineError):  # no process listens there any more
        check_listener(port, [os.getpid()])


def test_processor_time_includes_all_threads() -> None:
    def work() -> None:
        until = time.thread_time() + 0.1
        while time.thread_time() < until:
            pass

    before = processor_seconds([os.getpid()])
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert processor_seconds([os.getpid()]) - before >= 0.3


def test_child_processes_are_found() -> None:
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        assert child.pid in with_children(os.getpid())
        child.communicate(b"\n")


@pytest.mark.parametrize("position_ms", [0.0, 12_345.678, 600_999.4])
@pytest.mark.parametrize("rate", [1.0, 0.98, 1.02])
def test_the_position_at_the_centre_of_a_window_is_known_also_while_the_rate_is_corrected(
    position_ms: float, rate: float
):
    times = position_ms / 1000 + (np.arange(WINDOW) - WINDOW / 2) / RATE * rate
    samples = sum(np.sin(2 * np.pi * tone * times) for tone in TONES) / len(TONES)
    for off_ms in (-450, 0, 450):
        found = position_of(phases_of(samples), near_ms=position_ms + off_ms)
        assert found == pytest.approx(position_ms, abs=0.05)


def test_a_file_of_tones_is_as_long_as_asked_and_begins_with_silence_of_no_sample(tmp_path: Path):
    write_tones(tmp_path / "Tones.wav", seconds=2)
    with wave.open(str(tmp_path / "Tones.wav"), "rb") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        assert len(samples) == 2 * file.getframerate()
    assert np.abs(samples[:16]).max() > 300


def test_a_percentile_ignores_signs():
    assert percentile([-30.0, *[1.0] * 98, 2.0], 0.99) == 30.0


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_listening(folder / "train.csv", 30_000)
    return folder


def test_held_out_items_are_not_trained_on(data: Path) -> None:
    split = split_of(data, seed=1)

    assert split.held
    assert split.train
    assert 0 < len(split.later) < len(split.held) / 4
    for person, item, _ in split.train + split.histories:
        assert item not in split.held.get(person, ())
    assert not split.later & {person for person, _, _ in split.train}
    assert split.later == {person for person, _, _ in split.histories}


def test_recall_and_ndcg_by_hand() -> None:
    assert quality.recall(["a", "b", "c"], {"a", "c", "x", "y"}) == 0.5
    assert quality.ndcg(["a", "b"], {"a", "b"}) == 1
    assert quality.ndcg(["x", "a"], {"a"}) == pytest.approx(0.6309, abs=1e-4)
    assert quality.ndcg(["x", "y"], {"a"}) == 0
    assert quality.ndcg([str(number) for number in range(20)], set(map(str, range(50)))) == 1


@pytest.mark.parametrize("baseline", [by_popularity, by_neighbours])
def test_baselines_show_no_item_of_the_user(data: Path, baseline: Any) -> None:
    split = split_of(data, seed=1)

    responses = baseline(split, 20)

    known = {(person, item) for person, item, _ in split.train + split.histories}
    assert set(responses) == set(split.held)
    for person, shown in responses.items():
        assert len(set(shown)) == 20
        assert not any((person, item) in known for item in shown)
