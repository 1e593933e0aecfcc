"""Metrics as Prometheus reads them: the counted and the looked up."""
