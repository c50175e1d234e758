"""An orderly stop: 4012 for those that have shown that they can resume, the others are just dropped."""

from tests.conftest import StartServer
from tests.contract.conftest import client_of, new_room, queue_of
from tests.contract.event_streams import event_stream
from tests.contract.polls import Poll
from tests.contract.sockets import Socket


def test_only_those_that_can_come_back_are_told_to(start_server: StartServer):
    server = start_server()
    with client_of(server) as http:
        queue = queue_of(http, new_room(http))
        queue.fill(2)
        state = queue.state()
        epoch, since = state.position
        with (
            Socket.of_room(server.ws_url, queue.room) as silent,
            Socket.of_room(server.ws_url, queue.room) as talkative,
            Socket.of_room(server.ws_url, queue.room) as by_frame,
            Socket.of_room(server.ws_url, queue.room, position=state.position) as by_url,
            event_stream(http, f"{queue.path}stream/") as stream,
            Poll(server, f"{queue.path}events/?epoch={epoch}&since={since}&wait=25") as poll,
        ):
            talkative.ping()
            talkative.ask({"type": "snapshot"}, "playlist.snapshot")
            by_frame.ask({"type": "resume", "epoch": epoch, "since": since}, "resumed")
            by_url.next("resumed")
            stream.next("connection.established")

            server.stop()

            assert by_frame.close_code() == by_url.close_code() == 4012
            assert silent.close_code() != 4012
            assert talkative.close_code() != 4012
            assert stream.has_ended()
            answer = poll.answer()

        assert (answer.status, answer.body["events"]) == (200, [])
        assert answer.seconds < 20


def test_whoever_comes_back_goes_on_where_it_was(start_server: StartServer):
    server = start_server()
    with client_of(server) as http:
        queue = queue_of(http, new_room(http))
        (a,) = queue.fill(1)
        old = queue.state()
        with Socket.of_room(server.ws_url, queue.room, position=old.position) as socket:
            socket.next("resumed")
            server.restart()
            assert socket.close_code() == 4012

    with client_of(server) as http:
        queue = queue_of(http, queue.room)
        queue.play(a)
        with Socket.of_room(server.ws_url, queue.room, position=old.position) as socket:
            assert socket.next("track.playing")["seq"] == old.seq + 1
            assert socket.next("resumed")["payload"]["recovered"] is True
        assert queue.state().epoch == old.epoch
