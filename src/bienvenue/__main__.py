"""``python -m bienvenue`` is ``bienvenue``."""

from bienvenue.cli import main

if __name__ == "__main__":
    main()
