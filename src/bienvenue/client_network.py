"""Which client addresses count as one client."""

import ipaddress


def of(remote: str | None) -> str:
    """Return the network that counts as one client, in canonical form.

    An IPv4 address stands for itself, also when written as IPv6 (RFC 4291
    2.5.5.2); an IPv6 address for its /64, which one customer has whole
    (RFC 6177).  Anything else shares one network.
    """
    try:
        found = ipaddress.ip_address(remote or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.IPv6Network((int(found), 64), strict=False))
        found = found.ipv4_mapped
    return f"{found}/32"
