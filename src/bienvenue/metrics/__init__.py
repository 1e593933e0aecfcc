"""Metrics: counted in shared memory, added up when somebody asks.

``docs/observability.md`` lists them.  Every series that can ever be is
declared before the first request, so their number is bounded and a label
can hold nothing that a client, or a person, brought.
"""
