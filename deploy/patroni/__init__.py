"""PostgreSQL under Patroni: three machines' worth of it on one machine.

``python -m deploy.patroni`` brings it up and prints how to reach it; tests
import :func:`deploy.patroni.cluster.running`.  For real machines see
docs/postgresql-cluster.md, which uses the same ``patroni.yml``.
"""
