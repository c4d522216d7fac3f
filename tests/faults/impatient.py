"""`dateline up` that restarts at once what died, however often it did: a test kills in minutes what years would not."""

from services.cli import main
from services.cli.processes import supervisor

supervisor.RESTART_PAUSE = (0.1,)

if __name__ == "__main__":
    main()
