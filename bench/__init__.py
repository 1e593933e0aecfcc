"""What README's figures come from: ``make bench``.

One run measures the service and, between its rounds, what it is compared
with, so that the ratios hold where the figures do not.
"""
