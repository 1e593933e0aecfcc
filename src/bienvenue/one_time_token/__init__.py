"""Every secret that is mailed to a person: one table, told apart by purpose.

A token is kept as its digest, has one purpose and one owner, and counts
once: the claim is a DELETE whose row count must be 1, so of thirty requests
that bring the same token at once exactly one gets through.  A new token of
the same purpose supersedes the one before (OWASP Forgot Password Cheat
Sheet).

Beside a token there may be a code of six digits for it.  That can be
guessed, so it counts for minutes and dies of a few wrong guesses, and its
digest has a key that is not in the database.
"""

from bienvenue.one_time_token.codes import (
    CODE_KEY,
    CODE_LIFETIME,
    MAX_FAILURES,
    claim_code,
    renew_with_code,
)
from bienvenue.one_time_token.issuing import (
    BY_HAND,
    LIFETIME,
    assign,
    issue,
    renew,
    revoke,
    void_pending,
)
from bienvenue.one_time_token.spending import claim, find, owner
from bienvenue.one_time_token.table import OneTimeToken, Purpose

__all__ = [
    "BY_HAND",
    "CODE_KEY",
    "CODE_LIFETIME",
    "LIFETIME",
    "MAX_FAILURES",
    "OneTimeToken",
    "Purpose",
    "assign",
    "claim",
    "claim_code",
    "find",
    "issue",
    "owner",
    "renew",
    "renew_with_code",
    "revoke",
    "void_pending",
]
