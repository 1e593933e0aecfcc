"""MariaDB with Galera: three machines' worth of it on one machine.

``python -m deploy.galera`` brings it up and prints how to reach it; tests
import :func:`deploy.galera.cluster.running`.  For real machines see
docs/mariadb-galera.md, which uses the same ``galera.cnf``.
"""
