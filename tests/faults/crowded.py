"""`impatient`, with twice as many workers of each kind, which want the same rows at the same time."""

from services.cli import main
from services.cli.processes import installation
from tests.faults import impatient  # noqa: F401 - it restarts at once what died

installation.WORKERS *= 2

if __name__ == "__main__":
    main()
