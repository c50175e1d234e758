"""A minimal page that shows a queue, served over HTTP as the baseline."""

import http.server
import threading
from typing import Self

PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Baseline</title><h1>Queue</h1><ul></ul><script>
fetch("QUEUE").then(response => response.json()).then(items => {
  const list = document.querySelector("ul");
  for (const {track, votes} of items) {
    const row = list.appendChild(document.createElement("li"));
    row.dataset.of = items.length;
    row.append(`${track.title}, ${track.artist} `);
    const button = row.appendChild(document.createElement("button"));
    button.textContent = votes;
    button.onclick = () => { button.textContent = Number(button.textContent) + 1; };
  }
});
</script>"""


class PlainServer:
    """Serves that page on a free port, while entered."""

    def __init__(self) -> None:
        self._text = b""
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def show(self, queue_url: str) -> None:
        self._text = PAGE.replace("QUEUE", queue_url).encode()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(server._text)))
                self.end_headers()
                self.wfile.write(server._text)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
