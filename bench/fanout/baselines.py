"""The baselines of the fan-out: Channels, Node's `ws`, nginx with nchan, plain C."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import ClassVar

import httpx

from bench.build_c import compiled
from bench.fanout.node_programs import installed_node
from bench.fanout.system import SingleProcessSystem, System
from bench.machine import allow_many_files, with_children
from bench.system_packages import install_missing
from tests.processes import PROJECT
from tests.services import Redis, ServiceError, free_port, nginx_binary, parent_death_options

START_SECONDS = 20
NCHAN_MODULE = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")


class NaiveCore(SingleProcessSystem):
    """`group_send`, and `send_json` in every consumer, under Daphne."""

    name, title = "naive_core", "Channels, a group and `send_json` each (core layer)"
    layer: ClassVar[str] = "channels_redis.core.RedisChannelLayer"

    def _start(self, things: contextlib.ExitStack) -> None:
        self._redis = things.enter_context(Redis())
        super()._start(things)

    def redis_pids(self) -> list[int]:
        return [self._redis.pid]

    def command(self, clients: int, lines: int) -> list[str]:
        del lines
        application = "bench.fanout.naive_channels:application"
        return [sys.executable, "-m", "daphne", "-v", "0", "-e", f"fd:fileno={clients}", application]

    def environment(self, lines: int) -> dict[str, str]:
        return {
            **os.environ,
            **{"BENCH_LAYER": self.layer, "BENCH_REDIS_URL": self._redis.new_url(), "BENCH_FEED": str(lines)},
            **{"PYTHONPATH": str(PROJECT)},
        }


class NaivePubsub(NaiveCore):
    name, title = "naive_pubsub", "Channels, the same (pubsub layer)"
    layer = "channels_redis.pubsub.RedisPubSubChannelLayer"


class NodePlain(SingleProcessSystem):
    name, title = "node", "Node `ws`, `send` each"
    way: ClassVar[str] = "plain"

    def command(self, clients: int, lines: int) -> list[str]:
        node, script = installed_node()
        return [node, str(script), self.way, str(clients), str(lines)]


class NodeJoined(NodePlain):
    name, title = "node_joined", "Node `ws`, one write per event-loop iteration"
    way = "joined"


class PlainC(SingleProcessSystem):
    name, title = "plain_c", "plain C, one `send` a frame"

    def command(self, clients: int, lines: int) -> list[str]:
        return [str(compiled("broadcaster")), str(clients), str(lines)]


class Nchan(System):
    """nginx opens its listening sockets itself, so its port is one that was free just before."""

    name, title = "nchan", "nginx with nchan"
    path, http_path = "/listen", "/publish"

    def _start(self, things: contextlib.ExitStack) -> None:
        install_missing({"nginx": nginx_binary, "libnginx-mod-nchan": nchan_module})
        self.feed_port = free_port()
        self.ports = [self.feed_port]
        settings = self.folder / "nginx.conf"
        settings.write_text(NGINX.format(module=nchan_module(), port=self.feed_port))
        allow_many_files()
        command = [nginx_binary(), "-p", str(self.folder), "-e", "stderr", "-c", str(settings)]
        with self.cores.pin_to_server_core(), (self.folder / "output").open("wb") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output, **parent_death_options())
        things.callback(self._end)
        self._wait_until_ready()

    def pids(self) -> list[int]:
        return with_children(self._process.pid)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{self.feed_port}/")
                return
            time.sleep(0.01)
        raise ServiceError(f"nginx did not start.\n{(self.folder / 'output').read_text()}")

    def _end(self) -> None:
        self._process.terminate()  # SIGKILL would leave its worker running
        self._process.wait()


def nchan_module() -> Path:
    if NCHAN_MODULE.exists():
        return NCHAN_MODULE
    raise ServiceError("nchan is not installed: sudo apt-get install libnginx-mod-nchan")


NGINX = """
load_module {module};
daemon off;
pid nginx.pid;
worker_processes 1;
worker_rlimit_nofile 16384;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location = /publish {{
            nchan_publisher;
            nchan_channel_id queue;
            nchan_message_buffer_length 1000;
        }}
        location = /listen {{
            nchan_subscriber websocket;
            nchan_channel_id queue;
            nchan_subscriber_first_message newest;
        }}
    }}
}}
"""
