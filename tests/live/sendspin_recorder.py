"""Records what Sendspin players send to a JACK server, until it is killed. Runs in the players' environment.

`python sendspin_recorder.py FILE PLAYERS`: for each cycle of JACK, the file gets the time at which it began,
in seconds since 1970, and its samples, of one channel of each player.
"""

import sys
import time
from pathlib import Path
from typing import Any

import jack
import numpy as np

FIRST_CHANNEL = r"PortAudio(-[0-9]+)?:out_0"


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
                _connect(client, inputs)
                time.sleep(0.02)


def _connect(client: Any, inputs: list[Any]) -> None:
    """JACK names a second player PortAudio-01."""
    for output in client.get_ports(FIRST_CHANNEL, is_output=True):
        number = int(output.name.partition(":")[0].partition("-")[2] or 0)
        if number < len(inputs) and not client.get_all_connections(inputs[number]):
            client.connect(output, inputs[number])


main(sys.argv[1], int(sys.argv[2]))
