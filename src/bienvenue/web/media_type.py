"""The two kinds of body that are read (RFC 8259; URL Standard, 5)."""

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
CSV = "text/csv"
