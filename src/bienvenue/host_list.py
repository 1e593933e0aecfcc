"""Several hosts where a database URL has place for one."""


def spread(text: str) -> str:
    """Write ``HOST,HOST`` in a URL as the parameters that it stands for.

    ``postgresql://me:word@one:5432,two:5432/name``, as PostgreSQL's own
    programs take it, becomes ``...//me:word@/name?host=one:5432&...``.
    Anything else is returned as it is, and so is what has an ``@`` further
    on: the slash before it is one of a password.
    """
    scheme, mark, rest = text.partition("://")
    authority, slash, tail = rest.partition("/")
    who, at, hosts = authority.rpartition("@")
    if not mark or "," not in hosts or "?" in hosts or "@" in tail:
        return text
    path, _, query = tail.partition("?")
    named = [f"host={host}" for host in hosts.split(",")]
    parameters = "&".join([*named, *([query] if query else [])])
    return f"{scheme}{mark}{who}{at}{slash or '/'}{path}?{parameters}"
