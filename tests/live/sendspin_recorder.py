"""Records what Sendspin players send to a JACK server, until it is killed. Runs in the players' environment.

`python sendspin_recorder.py FILE PLAYERS`: for each cycle of JACK, the file gets the time at which it began,
in seconds since 1970, and its samples, of one channel of each player.
"""

import contextlib
import sys
import time
from pathlib import Path
from typing import Any

import jack
import numpy as np

# The numbers of ports grow with each stream; two channels each.
FIRST_CHANNEL = r"PortAudio(-[0-9]+)?:out_[0-9]*[02468]$"


def main(path: str, players: int) -> None:
    client: Any = jack.Client("recorder", no_start_server=True)
    inputs = [client.inports.register(f"player_{number}") for number in range(players)]
    rate = client.samplerate
    begins_at = float("inf")
    with Path(path).open("wb", buffering=0) as file:

        @client.set_process_callback
        def process(_: int) -> None:
            nonlocal begins_at
            # The least late of all calls says when the clock of JACK began.
            begins_at = min(begins_at, time.time() - client.last_frame_time / rate)
            at = np.float64(begins_at + client.last_frame_time / rate)
            file.write(at.tobytes() + b"".join(bytes(one.get_buffer()) for one in inputs))

        with client:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            while True:
                with contextlib.suppress(jack.JackError):  # a player has just left
                    _connect(client, inputs)
                time.sleep(0.02)


def _connect(client: Any, inputs: list[Any]) -> None:
    """Players are clients with names like PortAudio-01, and leave JACK while they are silent."""
    outputs = sorted(client.get_ports(FIRST_CHANNEL, is_output=True), key=lambda port: port.name)
    heard = {one.name for port in inputs for one in client.get_all_connections(port)}
    for output in outputs:
        free = [port for port in inputs if not client.get_all_connections(port)]
        if free and output.name not in heard:
            client.connect(output, free[0])


main(sys.argv[1], int(sys.argv[2]))
