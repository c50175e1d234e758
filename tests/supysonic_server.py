"""A Supysonic of its own: `supysonic_server.py serve PORT FOLDER MUSIC`, or `… scan FOLDER MUSIC`.

Supysonic is a server of the Subsonic protocol. Its user is `ada`, with the password of SUPYSONIC_PASSWORD.
"""

import os
import sys
from pathlib import Path

from supysonic.config import DefaultConfig
from supysonic.db import Folder, close_connection, init_database, open_connection
from supysonic.managers.folder import FolderManager
from supysonic.managers.user import UserManager
from supysonic.scanner import Scanner
from supysonic.web import create_application
from werkzeug.serving import run_simple

USER = "ada"


def main(action: str, *arguments: str) -> None:
    *port, folder, music = arguments
    database = f"sqlite:///{folder}/supysonic.db"
    init_database(database)
    if not Folder.select().exists():
        FolderManager.add("music", music)
        UserManager.add(USER, os.environ["SUPYSONIC_PASSWORD"])
    close_connection()
    if action == "scan":
        scan(music)
        return
    config = DefaultConfig()
    config.BASE = {**config.BASE, "database_uri": database}
    config.WEBAPP = {**config.WEBAPP, "cache_dir": f"{folder}/cache", "mount_webui": False}
    Path(f"{folder}/pid").write_text(str(os.getpid()))
    run_simple("127.0.0.1", int(port[0]), create_application(config), threaded=True)


def scan(music: str) -> None:
    open_connection(True)
    scanner = Scanner(force=True)
    scanner.queue_folder("music")
    scanner.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
