"""By which names the server may be reached."""

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.sockets import Closed, Socket
from tests.contract.witnesses import Witness
from tests.processes import TuttiServer

FOREIGN = ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil"]


@pytest.mark.parametrize("host", FOREIGN)
def test_by_another_name_all_is_a_400_and_nothing_happens(queue: Queue, host: str):
    (a,) = queue.fill(1)

    with Witness(queue) as witness:
        for path in ("", "events/", "stream/", "history/"):
            answer = queue.http.get(queue.path + path, headers={"Host": host})
            refused(answer, 400, "HOST_NOT_ALLOWED")
        write = queue.post(f"{a}/play/", headers={"Host": host, "Origin": f"http://{host}"})
        refused(write, 400, "HOST_NOT_ALLOWED")

    assert witness.types == []


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("has_origin", [True, False])
def test_a_socket_by_another_name_is_closed(queue: Queue, server: TuttiServer, host: str, has_origin: bool):
    headers = {"Origin": f"http://{host}"} if has_origin else {}

    with pytest.raises(Closed) as end:
        Socket.of_room(server.ws_url, queue.room, host=host, headers=headers)

    assert end.value.code is not None
    assert 4400 <= end.value.code < 4500
    assert end.value.frames == []


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "LOCALHOST", "[::1]"])
def test_our_own_names_are_taken(client: httpx.Client, server: TuttiServer, queue: Queue, name: str):
    host = f"{name}:{server.port}"

    assert client.get(queue.path, headers={"Host": host}).status_code == 200
    with Socket.of_room(server.ws_url, queue.room, host=host) as socket:
        assert socket.established["payload"]["room"] == queue.room
