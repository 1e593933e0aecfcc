"""Clusters to try failures on: PostgreSQL under Patroni, MariaDB's Galera."""
