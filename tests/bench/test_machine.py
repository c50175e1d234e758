"""The benchmarks' information about the machine is correct."""

import os
import socket
import subprocess
import sys
import threading
import time

import pytest

from bench.machine import MachineError, check_listener, processor_seconds, with_children


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
