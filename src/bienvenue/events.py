"""The vocabulary of security events (OWASP Logging Vocabulary).

One published list of names: whoever reads the audit log, or watches it with
a program, meets no other.
"""

from enum import StrEnum


class Event(StrEnum):
    """What can happen, by the name it is logged under.

    ``docs/audit.md`` says what each means and what its detail holds.
    """

    LOGIN_SUCCEEDED = "authn_login_success"
    LOGIN_FAILED = "authn_login_fail"
    REAUTHENTICATED = "authn_reauthenticated"
    TOKEN_FAILED = "authn_token_fail"
    PASSWORD_CHANGED = "authn_password_change"
    RESET_REQUESTED = "authn_reset_requested"
    PASSWORD_RESET = "authn_password_reset"
    SESSION_CREATED = "session_created"
    SESSION_ENDED = "session_ended"
    USER_CREATED = "user_created"
    USER_EXISTS = "user_create_refused"
    EMAIL_VERIFIED = "user_email_verified"
    EMAIL_CHANGE_REQUESTED = "user_email_change_requested"
    EMAIL_CHANGED = "user_email_changed"
    EMAIL_CHANGE_UNDONE = "user_email_change_undone"
    USER_UPDATED = "user_updated"
    ACTING_BEGAN = "session_acting_began"
    ROLE_CHANGED = "authz_change"
    ADMIN_INVITED = "authz_admin_invited"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    PASSWORD_COMPROMISED = "user_password_compromised"
    DELETION_SCHEDULED = "user_deletion_scheduled"
    DELETION_CANCELLED = "user_deletion_cancelled"
    USER_DELETED = "user_deleted"
    DATA_EXPORTED = "user_data_exported"
    USERS_IMPORTED = "users_imported"
    USERS_EXPORTED = "users_exported"
    AUDIT_EXPORTED = "audit_exported"
    MAIL_RETRIED = "mail_retried"
    MAIL_PURGED = "mail_purged"
    ACCESS_DENIED = "authz_fail"
    CROSS_SITE = "malicious_cross_site"
    INPUT_REJECTED = "input_validation_fail"
    RATE_LIMITED = "excess_rate_limit_exceeded"
    OVERLOADED = "sys_overloaded"
    DATABASE_UNAVAILABLE = "sys_database_unavailable"
    CONTROL_FAILED = "sys_control_failed"
    FAULT = "sys_fault"
