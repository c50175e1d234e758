"""Where only the packages of a speaker are installed: `python -m speaker`, as `./tutti speaker`."""

import sys

from speaker.command import main

sys.exit(main(sys.argv[1:]))
