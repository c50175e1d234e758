"""What the benchmarks know of the machine is true."""

import os
import socket
import subprocess
import sys
import threading
import time

import pytest

from bench.machine import MachineError, check_listener, processor_seconds, with_children


def test_a_port_belongs_to_who_listens_on_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        check_listener(port, [os.getpid()])
        with pytest.raises(MachineError, match=str(port)):
            check_listener(port, [os.getppid()])
    with pytest.raises(MachineError):  # nobody listens there any more
        check_listener(port, [os.getpid()])


def test_the_time_of_all_threads_is_counted() -> None:
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


def test_a_process_is_found_with_its_children() -> None:
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        assert child.pid in with_children(os.getpid())
        child.communicate(b"\n")
